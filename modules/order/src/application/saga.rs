//! Carries a checkout saga: asks the pure [`step`] what to do, does it, and tells it what came of that.

use std::{mem, time::Duration};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use futures_util::future::join_all;
use kernel::{DateTime, OrderId, Utc};
use kernel_db::{DbError, guard};
use tokio::time::Instant;

use super::{Orders, log_unfinished};
use crate::{
    domain::{
        Order, Status,
        checkout_saga::{Effect, Input, State, step},
    },
    persistence::{
        keys,
        sagas::{self, Checkout, Unpaid},
    },
};

mod calls;
mod writes;

/// An order whose placing is under way.
#[derive(Debug)]
pub(crate) struct Saga {
    pub(crate) order: Order,
    pub(crate) checkout: Checkout,
}

/// What came of an effect.
#[derive(Debug)]
enum EffectOutcome {
    Input(Input),
    /// The order stands, as it is now.
    Confirmed(Box<Order>),
    /// The saga is left until there is news.
    Left,
    /// What is stored is not what this turn believes: someone else acted on the order, or carries it too.
    Overtaken,
}

/// How far one round came.
enum Round {
    On(State, Vec<Effect>),
    /// The same, and something was not answered: better wait a little.
    Wait(State, Vec<Effect>),
    Over,
    Overtaken,
}

/// The longest wait between two tries in one turn, and between two turns.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_REST: Duration = Duration::from_secs(5);

/// A later turn begins with waits as long as the turn before had come to.
const DOUBLINGS_IN_A_TURN: i64 = 6;

impl Orders {
    /// The first turn of a placing, right after it was written.
    pub(crate) async fn begin(&self, saga: Saga) {
        let order = saga.order.id();
        let start = (State::Holding { resumed: false }, vec![saga.first()]);
        if let Err(error) = self.turn(saga, start).await {
            log_unfinished(order, &error);
        }
    }

    /// A later turn, from what is stored. Whoever calls this has the lease.
    pub(crate) async fn resume(&self, order: OrderId) {
        let turn = async {
            match self.load(order).await? {
                Some(saga) => {
                    let start = saga.start();
                    self.turn(saga, start).await
                }
                None => Ok(()),
            }
        };
        if let Err(error) = turn.await {
            log_unfinished(order, &error);
        }
    }

    async fn load(&self, order: OrderId) -> Result<Option<Saga>, DbError> {
        let found = sagas::find(self.db.reader(), order).await?;
        Ok(found.map(|(order, checkout)| Saga { order, checkout }))
    }

    /// Goes on until the saga has ended, waits for news, or has been tried long enough for now.
    async fn turn(&self, mut saga: Saga, start: (State, Vec<Effect>)) -> Result<(), DbError> {
        let (mut state, mut effects) = start;
        let mut pauses = self.pauses(saga.checkout.tries);
        // The rest of the lease is for the call that is under way then.
        let ends_at = Instant::now() + self.config.lease() / 3;
        let mut overtaken = false;
        loop {
            let round = self.round(&mut saga, state, effects).await;
            let again = matches!(round, Round::Overtaken) && mem::replace(&mut overtaken, true);
            if (again || matches!(round, Round::Wait(..))) && !self.pause(&mut pauses, ends_at).await {
                return self.rest(&saga).await;
            }
            (state, effects) = match round {
                Round::Over => return Ok(()),
                Round::On(state, effects) | Round::Wait(state, effects) => (state, effects),
                Round::Overtaken => match self.load(saga.order.id()).await? {
                    Some(stored) => {
                        saga = stored;
                        saga.start()
                    }
                    None => return self.tell_kept(&saga).await,
                },
            };
        }
    }

    /// Has all `effects` at once, and takes a step with each thing that became known.
    async fn round(&self, saga: &mut Saga, mut state: State, effects: Vec<Effect>) -> Round {
        let outcomes = join_all(effects.into_iter().map(|effect| self.have(saga, effect))).await;
        let (mut more, mut wait) = (Vec::new(), false);
        for outcome in outcomes {
            let input = match outcome {
                EffectOutcome::Input(Input::Enlisted) => {
                    saga.checkout.unpaid = Unpaid::Counted;
                    Input::Enlisted
                }
                EffectOutcome::Input(input) => input,
                EffectOutcome::Confirmed(order) => {
                    saga.order = *order;
                    Input::Confirmed
                }
                EffectOutcome::Left => return Round::Over,
                EffectOutcome::Overtaken => return Round::Overtaken,
            };
            // What turns the saga back, or has it counted, is done at once: only what is asked again waits.
            let input = self.in_time(saga, input);
            wait |= matches!(input, Input::Unanswered(_));
            let (next, effects) = step(state, input);
            state = next;
            more.extend(effects);
        }
        match state {
            State::Ended => Round::Over,
            state if wait || more.is_empty() => Round::Wait(state, more),
            state => Round::On(state, more),
        }
    }

    /// Past the deadline no answer is taken for a no, where the saga may still turn back. A payment that is not decided in
    /// the time of a normal one has the order counted.
    fn in_time(&self, saga: &Saga, input: Input) -> Input {
        use Effect as E;
        let (now, checkout, placed_at) = (self.now(), &saga.checkout, saga.order.terms.created_at);
        let in_grace = checkout.unpaid == Unpaid::Counted || now < self.config.grace_ends(placed_at);
        match input {
            Input::Unanswered(E::Hold | E::Keep | E::Authorize | E::Enlist) if now >= checkout.deadline_at => {
                Input::OutOfTime
            }
            Input::Unanswered(E::Authorize) if now >= self.config.unanswered_deadline(placed_at) => Input::OutOfTime,
            Input::Unanswered(E::Authorize) | Input::PaymentPending if !in_grace => Input::GraceOver,
            input => input,
        }
    }

    /// Has one effect. All of them may be had again.
    async fn have(&self, saga: &Saga, effect: Effect) -> EffectOutcome {
        guard::pass(effect.failpoint());
        let written = match &effect {
            Effect::Hold => return EffectOutcome::Input(self.hold(saga, false).await),
            Effect::Keep => return EffectOutcome::Input(self.hold(saga, true).await),
            Effect::Authorize => return EffectOutcome::Input(self.authorize(saga).await),
            Effect::Capture => return EffectOutcome::Input(self.capture(saga).await),
            Effect::Commit => return EffectOutcome::Input(self.commit(saga).await),
            Effect::Void => return EffectOutcome::Input(self.void(saga).await),
            Effect::Release => return EffectOutcome::Input(self.release(saga).await),
            Effect::Enlist => self.enlist(saga).await,
            Effect::Await => self.wait_for_payment(saga).await,
            Effect::Confirm(charge) => self.confirm(saga, charge).await,
            Effect::Turn(because) => self.turn_back(saga, because).await,
            Effect::Reject(because) => self.reject(saga, because).await,
            Effect::Lose(because) => self.lose(saga, because).await,
            Effect::Finish(charge) => self.finish(saga, charge).await,
        };
        written.unwrap_or_else(|error| {
            log_unfinished(saga.order.id(), &error);
            EffectOutcome::Input(Input::Unanswered(effect))
        })
    }

    /// Ever longer waits, also from turn to turn: an order that waits for long is asked about rarely, so that many of them
    /// leave the databases and the provider to the others.
    fn pauses(&self, tries: i64) -> ExponentialBackoff {
        let longest = LONGEST_PAUSE;
        let first = doubled(self.config.retry(), tries.saturating_mul(DOUBLINGS_IN_A_TURN)).min(longest);
        ExponentialBuilder::default()
            .with_min_delay(first)
            .with_max_delay(longest)
            .without_max_times()
            .with_jitter()
            .build()
    }

    /// Waits a little; `false` when the turn is over instead.
    async fn pause(&self, pauses: &mut ExponentialBackoff, ends_at: Instant) -> bool {
        let pause = pauses.next().unwrap_or(LONGEST_PAUSE);
        let over = self.tasks.stopping().is_cancelled() || Instant::now() + pause > ends_at;
        if !over {
            tokio::time::sleep(pause).await;
        }
        !over
    }

    /// Leaves the saga to the runner, for longer each time.
    async fn rest(&self, saga: &Saga) -> Result<(), DbError> {
        let rest = doubled(self.config.retry() * 20, saga.checkout.tries).min(LONGEST_REST);
        let (order, due_at) = (saga.order.id(), self.due_by_grace(saga, self.now() + rest));
        self.db.transact(|tx| async move { sagas::park(&tx, order, due_at).await }).await
    }

    /// `due_at`, or when the order has had the time of a normal payment: by then it must be counted.
    fn due_by_grace(&self, saga: &Saga, due_at: DateTime<Utc>) -> DateTime<Utc> {
        let ends = self.config.grace_ends(saga.order.terms.created_at);
        let uncounted = saga.checkout.unpaid != Unpaid::Counted && ends > self.now();
        if uncounted { due_at.min(ends) } else { due_at }
    }

    /// Another turn has ended the saga: says what that one kept.
    async fn tell_kept(&self, saga: &Saga) -> Result<(), DbError> {
        if let Some(kept) = keys::kept(self.db.reader(), saga.order.id()).await? {
            self.waiting.tell(saga.order.id(), kept);
        }
        Ok(())
    }
}

/// `first`, twice as long with each try.
fn doubled(first: Duration, tries: i64) -> Duration {
    first.saturating_mul(1 << tries.clamp(0, 16))
}

impl Saga {
    /// How the order asks for its stock.
    const fn first(&self) -> Effect {
        match self.checkout.unpaid {
            Unpaid::InTime => Effect::Hold,
            Unpaid::Capped | Unpaid::Counted => Effect::Keep,
        }
    }

    /// Takes the saga up where it was left, unless its order was called off meanwhile.
    fn start(&self) -> (State, Vec<Effect>) {
        let (state, mut effects) = self.checkout.stage.clone().resume();
        if effects == [Effect::Hold] {
            effects = vec![self.first()];
        }
        if self.order.status() == Status::Cancelled && state.has_deadline() {
            return step(state, Input::Cancelled);
        }
        (state, effects)
    }
}
