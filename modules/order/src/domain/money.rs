//! What an order knows of its payment.

use kernel::{DateTime, Money, OrderId, PaymentId, Utc};
use payment_contract::{Charge, ChargeStatus, PaymentEvent};

/// How far a payment has come. Later stages are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum PaymentStage {
    #[default]
    Pending,
    Authorized,
    Captured,
    Declined,
    Voided,
}

impl PaymentStage {
    const ALL: [Self; 5] = [Self::Pending, Self::Authorized, Self::Captured, Self::Declined, Self::Voided];

    /// As the column has it, so that the database can tell the greater one.
    pub(crate) fn rank(self) -> i64 {
        (0..).zip(Self::ALL).find(|(_, stage)| *stage == self).map_or(0, |(rank, _)| rank)
    }

    pub(crate) fn of_rank(rank: i64) -> Option<Self> {
        usize::try_from(rank).ok().and_then(|rank| Self::ALL.get(rank).copied())
    }
}

/// The sums of a payment, in minor units of the order's currency, and its stage.
///
/// Facts only grow, and joining two of them takes the greater of each. So they may arrive twice, late, or in any
/// order, from the saga's own calls and from payment's events, and the end is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PaymentFacts {
    pub(crate) id: Option<PaymentId>,
    pub(crate) stage: PaymentStage,
    pub(crate) authorized: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    /// When payment published that the whole total was set aside, and taken.
    pub(crate) authorized_at: Option<DateTime<Utc>>,
    pub(crate) captured_at: Option<DateTime<Utc>>,
}

impl PaymentFacts {
    #[must_use]
    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            id: self.id.or(other.id),
            stage: self.stage.max(other.stage),
            authorized: self.authorized.max(other.authorized),
            captured: self.captured.max(other.captured),
            refunded: self.refunded.max(other.refunded),
            authorized_at: earlier(self.authorized_at, other.authorized_at),
            captured_at: earlier(self.captured_at, other.captured_at),
        }
    }

    /// In the words of [`ChargeStatus`].
    pub(crate) const fn status(&self) -> ChargeStatus {
        match self.stage {
            PaymentStage::Pending => ChargeStatus::Pending,
            PaymentStage::Authorized => ChargeStatus::Authorized,
            PaymentStage::Captured if self.captured > 0 && self.refunded >= self.captured => ChargeStatus::Refunded,
            PaymentStage::Captured => ChargeStatus::Captured,
            PaymentStage::Declined => ChargeStatus::Declined,
            PaymentStage::Voided => ChargeStatus::Voided,
        }
    }

    fn of(id: PaymentId, stage: PaymentStage) -> Self {
        Self { id: Some(id), stage, ..Self::default() }
    }

    /// Whatever was given back had been taken, and whatever was taken had been set aside.
    const fn with_sums(mut self, authorized: Money, captured: Money, refunded: Money) -> Self {
        self.refunded = refunded.minor();
        self.captured = at_least(captured.minor(), self.refunded);
        self.authorized = at_least(authorized.minor(), self.captured);
        self
    }

    /// What an event of payment tells, published `at`, and of which order.
    pub(crate) fn of_event(event: &PaymentEvent, at: DateTime<Utc>) -> Option<(OrderId, Self)> {
        Some(match event {
            PaymentEvent::Authorized(event) => {
                let none = Money::zero(event.amount.currency());
                let fact = Self::of(event.payment, PaymentStage::Authorized).with_sums(event.amount, none, none);
                (event.order, Self { authorized_at: Some(at), ..fact })
            }
            PaymentEvent::Declined(event) => (event.order, Self::of(event.payment, PaymentStage::Declined)),
            PaymentEvent::Captured(event) => {
                let none = Money::zero(event.captured.currency());
                let fact = Self::of(event.payment, PaymentStage::Captured).with_sums(none, event.captured, none);
                (event.order, Self { captured_at: Some(at), ..fact })
            }
            PaymentEvent::Voided(event) => (event.order, Self::of(event.payment, PaymentStage::Voided)),
            PaymentEvent::Refunded(event) => {
                let none = Money::zero(event.refunded.currency());
                (event.order, Self::of(event.payment, PaymentStage::Captured).with_sums(none, none, event.refunded))
            }
            // Nothing moved: the sums are known already.
            PaymentEvent::RefundRefused(event) => (event.order, Self::of(event.payment, PaymentStage::Pending)),
            PaymentEvent::Unknown(_) => return None,
        })
    }
}

impl From<&Charge> for PaymentFacts {
    fn from(charge: &Charge) -> Self {
        let stage = match charge.status {
            ChargeStatus::Pending | ChargeStatus::Unknown => PaymentStage::Pending,
            ChargeStatus::Authorized => PaymentStage::Authorized,
            ChargeStatus::Captured | ChargeStatus::Refunded => PaymentStage::Captured,
            ChargeStatus::Declined => PaymentStage::Declined,
            ChargeStatus::Voided | ChargeStatus::Voiding => PaymentStage::Voided,
        };
        Self::of(charge.payment, stage).with_sums(charge.authorized, charge.captured, charge.refunded)
    }
}

fn earlier(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    one.into_iter().chain(other).min()
}

const fn at_least(amount: i64, floor: i64) -> i64 {
    if amount < floor { floor } else { amount }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, DateTime, Money, OrderId, PaymentId, RefundId};
    use payment_contract::{
        Charge, ChargeStatus, PaymentAuthorized, PaymentCaptured, PaymentDeclined, PaymentEvent, PaymentRefunded,
        PaymentVoided,
    };
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::{PaymentFacts, PaymentStage};

    fn gbp(minor: i64) -> Money {
        Money::new(minor, Currency::GBP)
    }

    fn event(kind: &str, amount: i64) -> PaymentFacts {
        let (payment, order) = (PaymentId::new(Uuid::from_u128(1)), OrderId::new(Uuid::from_u128(2)));
        let refund = RefundId::new(Uuid::from_u128(3));
        let event: PaymentEvent = match kind {
            "authorized" => PaymentAuthorized { payment, order, amount: gbp(amount) }.into(),
            "declined" => PaymentDeclined { payment, order, reason: String::new() }.into(),
            "captured" => PaymentCaptured { payment, order, amount: gbp(1), captured: gbp(amount) }.into(),
            "voided" => PaymentVoided { payment, order }.into(),
            _ => PaymentRefunded { payment, order, refund, amount: gbp(1), refunded: gbp(amount) }.into(),
        };
        PaymentFacts::of_event(&event, DateTime::default()).unwrap().1
    }

    #[test]
    fn a_status_for_every_history() {
        for (history, status) in [
            (vec![], "pending"),
            (vec![("authorized", 10)], "authorized"),
            (vec![("declined", 0)], "declined"),
            (vec![("authorized", 10), ("voided", 0)], "voided"),
            (vec![("authorized", 10), ("captured", 10)], "captured"),
            (vec![("captured", 10)], "captured"),
            (vec![("authorized", 10), ("captured", 10), ("refunded", 4)], "captured"),
            (vec![("authorized", 10), ("captured", 10), ("refunded", 4), ("refunded", 10)], "refunded"),
            (vec![("authorized", 0), ("captured", 0)], "captured"),
        ] {
            let facts =
                history.iter().map(|(kind, sum)| event(kind, *sum)).fold(PaymentFacts::default(), PaymentFacts::join);
            assert_eq!(facts.status().as_str(), status, "{history:?}");
        }
    }

    #[test]
    fn an_answer_says_the_same_as_the_events() {
        let (payment, order) = (PaymentId::new(Uuid::from_u128(1)), OrderId::new(Uuid::from_u128(2)));
        let (status, nothing) = (ChargeStatus::Captured, gbp(0));
        let charge = Charge { payment, order, status, authorized: gbp(10), captured: gbp(10), refunded: nothing };
        let told = event("authorized", 10).join(event("captured", 10));
        let charged = PaymentFacts { authorized_at: None, captured_at: None, ..told };
        assert_eq!(PaymentFacts::from(&charge), charged, "an answer has no times");
    }

    #[test]
    fn a_stage_survives_its_rank() {
        for stage in PaymentStage::ALL {
            assert_eq!(PaymentStage::of_rank(stage.rank()), Some(stage));
        }
        assert_eq!((PaymentStage::of_rank(-1), PaymentStage::of_rank(5)), (None, None));
    }

    fn any_fact() -> impl Strategy<Value = PaymentFacts> {
        (prop::sample::select(vec!["authorized", "declined", "captured", "voided", "refunded"]), 0_i64..100)
            .prop_map(|(kind, amount)| event(kind, amount))
    }

    proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(facts in prop::collection::vec(any_fact(), 1..8), seed: prop::sample::Index) {
            let all = |facts: &[PaymentFacts]| facts.iter().copied().fold(PaymentFacts::default(), PaymentFacts::join);
            let mut other = facts.clone();
            other.rotate_left(seed.index(facts.len()));
            other.push(facts[seed.index(facts.len())]);
            prop_assert_eq!(all(&facts), all(&other));
            let joined = all(&facts);
            prop_assert!(0 <= joined.refunded && joined.refunded <= joined.captured && joined.captured <= joined.authorized);
        }
    }
}
