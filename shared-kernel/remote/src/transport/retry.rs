use std::{sync::Arc, time::Duration};

use port::PortResponse;
use tokio::time::{Instant, Sleep};
use tower::{
    retry::{
        Policy,
        backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff},
        budget::{Budget, TpsBudget},
    },
    util::rng::HasherRng,
};

use super::{attempt::Call, failure::Failure};
use crate::RemoteConfig;

/// For how long a success counts towards the budget.
const BUDGET_MEMORY: Duration = Duration::from_secs(10);

/// A pause is up to twice as long as its base.
const JITTER: f64 = 1.0;

/// When the calls to one module are made again.
#[derive(Debug)]
pub(super) struct Retries {
    budget: Arc<TpsBudget>,
    most: u32,
    shortest: Duration,
    longest: Duration,
}

/// The same for one call.
#[derive(Debug, Clone)]
pub(super) struct OneCall {
    budget: Arc<TpsBudget>,
    /// `None` when the pauses make no sense, which validation has ruled out.
    backoff: Option<ExponentialBackoff>,
    left: u32,
}

impl Retries {
    pub(super) fn new(config: &RemoteConfig) -> Self {
        let share = share(config.retry_budget_percent);
        Self {
            budget: Arc::new(TpsBudget::new(BUDGET_MEMORY, config.retry_budget_per_second, share)),
            most: config.retries,
            shortest: Duration::from_millis(config.retry_backoff_ms),
            longest: Duration::from_millis(config.retry_backoff_longest_ms),
        }
    }

    /// With a jitter of its own: clones of one generator would all pause equally long.
    pub(super) fn of_one_call(&self) -> OneCall {
        let pauses = ExponentialBackoffMaker::new(self.shortest, self.longest, JITTER, HasherRng::default());
        let backoff = pauses.ok().map(|mut pauses| pauses.make_backoff());
        OneCall { budget: Arc::clone(&self.budget), backoff, left: self.most }
    }
}

impl Policy<Arc<Call>, PortResponse, Failure> for OneCall {
    type Future = Sleep;

    fn retry(&mut self, call: &mut Arc<Call>, outcome: &mut Result<PortResponse, Failure>) -> Option<Sleep> {
        let Err(failure) = outcome else {
            self.budget.deposit();
            return None;
        };
        self.left = self.left.checked_sub(1).filter(|_| failure.may_pass(call.is_repeatable()))?;
        let pause = self.backoff.as_mut()?.next_backoff();
        let in_time = pause.deadline() < Instant::now() + call.time_left();
        (in_time && self.budget.withdraw()).then_some(pause)
    }

    fn clone_request(&mut self, call: &Arc<Call>) -> Option<Arc<Call>> {
        Some(Arc::clone(call))
    }
}

#[expect(clippy::float_arithmetic, reason = "what tower's budget asks for; no money is counted here")]
fn share(percent: u8) -> f32 {
    f32::from(percent) / 100.0
}
