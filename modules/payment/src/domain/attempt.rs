use kernel::{AttemptId, DateTime, Money, PaymentId, Utc};
use uuid::Uuid;

use super::Payment;

/// One thing asked, or to be asked, of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// The reference by which the provider knows it: the payment's id for an authorization, the refund's for a refund.
    pub(crate) id: AttemptId,
    pub(crate) payment: PaymentId,
    pub(crate) operation: Operation,
    pub(crate) amount: Money,
    pub(crate) status: AttemptStatus,
    /// Why it was asked for.
    pub(crate) reason: Option<String>,
    /// What the provider said.
    pub(crate) answer: Option<String>,
    pub(crate) asked_by: String,
    pub(crate) correlation: Option<Uuid>,
    pub(crate) traceparent: Option<String>,
    pub(crate) tries: i64,
    /// When somebody may take it up; `None` once it is settled.
    pub(crate) next_try_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
}

/// Who asked, for which request, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) by: String,
    pub(crate) correlation: Option<Uuid>,
    /// The trace of the request.
    pub(crate) traceparent: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

/// Who asks for an attempt, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) id: AttemptId,
    pub(crate) asked_by: String,
    pub(crate) reason: Option<String>,
    pub(crate) correlation: Option<Uuid>,
    pub(crate) traceparent: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Authorize,
    Capture,
    Void,
    Refund,
}

/// What is known of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum AttemptStatus {
    /// Decided here, not asked for yet.
    Queued,
    /// Somebody is asking right now, or died doing so.
    Started,
    /// The answer was lost.
    Unknown,
    /// The provider will tell later.
    Pending,
    Succeeded,
    Failed,
    /// Turned out to be unnecessary; the provider never did it.
    Dropped,
}

impl Wanted {
    /// To be taken up at once, by whoever comes first.
    pub(crate) fn attempt(self, payment: &Payment, operation: Operation, amount: Money, now: DateTime<Utc>) -> Attempt {
        let Self { id, asked_by, reason, correlation, traceparent } = self;
        Attempt {
            id,
            payment: payment.id,
            operation,
            amount,
            status: AttemptStatus::Queued,
            reason,
            answer: None,
            asked_by,
            correlation: correlation.or(payment.correlation),
            traceparent: traceparent.or_else(|| payment.traceparent.clone()),
            tries: 0,
            next_try_at: Some(now),
            created_at: now,
        }
    }
}

impl Attempt {
    /// Whoever starts it is left alone with it until then.
    pub(crate) fn started_until(self, lease: DateTime<Utc>) -> Self {
        // What is pending stays so: the provider has the request, and is only asked about it.
        let status = match self.status {
            AttemptStatus::Pending => AttemptStatus::Pending,
            _ => AttemptStatus::Started,
        };
        Self { status, tries: self.tries + 1, next_try_at: Some(lease), ..self }
    }

    pub(crate) fn left_for(self, status: AttemptStatus, answer: Option<String>, next: Option<DateTime<Utc>>) -> Self {
        Self { status, answer, next_try_at: next, ..self }
    }
}

impl Operation {
    pub(crate) const ALL: [Self; 4] = [Self::Authorize, Self::Capture, Self::Void, Self::Refund];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.as_str() == text)
    }
}

impl AttemptStatus {
    pub(crate) const ALL: [Self; 7] =
        [Self::Queued, Self::Started, Self::Unknown, Self::Pending, Self::Succeeded, Self::Failed, Self::Dropped];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Started => "started",
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// The provider was asked, or may have been, and its verdict is not known. A payment has one such attempt at most.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Started | Self::Unknown | Self::Pending)
    }

    /// It may still move money.
    pub(crate) const fn is_unsettled(self) -> bool {
        self.is_open() || matches!(self, Self::Queued)
    }
}
