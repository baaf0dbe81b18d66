use std::{collections::HashMap, sync::Arc, time::Duration};

use kernel::{CallContext, DateTime, Utc};
use kernel_db::{BatchQueue, Db};
use tokio::sync::Notify;

use super::command::PaymentWork;
use crate::{
    config::Config,
    domain::{Attempt, Operation, Payment, Plain, Wanted},
    persistence::query::{Found, PaymentWithAttempts},
    provider::{Instruction, Provider},
};

/// Does what payment does. Its methods are in the files beside.
pub(crate) struct PaymentService {
    pub(super) db: Db,
    pub(super) config: Config,
    pub(super) commands: BatchQueue<PaymentWork>,
    pub(super) providers: HashMap<&'static str, Arc<dyn Provider>>,
    /// There is something for the worker to do.
    pub(super) news: Notify,
}

/// Between two looks at what somebody else is doing.
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(80);

impl PaymentService {
    pub(crate) fn new(db: Db, config: Config, providers: HashMap<&'static str, Arc<dyn Provider>>) -> Self {
        let commands = BatchQueue::new(db.clone(), PaymentWork::new(config.lease()));
        Self { db, config, commands, providers, news: Notify::new() }
    }

    pub(crate) const fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) const fn config(&self) -> &Config {
        &self.config
    }

    /// Tells the worker that there is something to do, or will be as soon as the caller's transaction commits.
    pub(crate) fn wake(&self) {
        self.news.notify_one();
    }

    pub(crate) fn provider(&self, method: &str) -> Option<&Arc<dyn Provider>> {
        self.providers.get(method)
    }

    pub(crate) fn wanted(&self, cx: &CallContext) -> Wanted {
        Wanted {
            id: self.db.seams().id(),
            asked_by: cx.principal.label(),
            reason: None,
            correlation: cx.correlation,
            traceparent: cx.traceparent.clone(),
        }
    }

    pub(super) fn lease_from(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.config.lease()
    }

    /// The attempt that asks for the payment's money, as it is before anything is known of it.
    pub(crate) fn authorization(&self, payment: &Payment) -> Attempt {
        Plain::claimed(self.lease_from(payment.created_at)).authorization(payment)
    }

    /// A caller's patience for what somebody else is at, and the pauses in it.
    pub(super) fn patience(&self, cx: &CallContext) -> Patience {
        Patience { cx: cx.clone().within(self.config.lease()), pause: SHORTEST_PAUSE }
    }
}

pub(super) struct Patience {
    cx: CallContext,
    pause: Duration,
}

impl Patience {
    /// Waits a little; `false` when there is no time left.
    pub(super) async fn wait(&mut self) -> bool {
        if self.cx.is_spent() {
            return false;
        }
        tokio::time::sleep(self.pause.min(self.cx.remaining().unwrap_or(self.pause))).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

/// What a provider is told about `attempt`.
pub(crate) fn instruction(payment: &Payment, attempt: &Attempt) -> Instruction {
    Instruction {
        operation: attempt.operation,
        reference: attempt.id,
        payment: payment.id,
        order: payment.order,
        amount: attempt.amount,
        token: payment.token.clone(),
    }
}

impl<T> Found<T> {
    /// The payment, for those to whom a tombstone is nothing.
    pub(crate) fn payment(self) -> Option<T> {
        match self {
            Self::Payment(payment) => Some(payment),
            Self::Nothing | Self::Tombstone => None,
        }
    }
}

impl PaymentWithAttempts {
    pub(crate) fn authorization(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.operation == Operation::Authorize)
    }

    /// What is being asked of the provider, if anything is.
    pub(super) fn open(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.status.is_open())
    }
}
