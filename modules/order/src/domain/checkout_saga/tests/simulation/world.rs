//! Stock, payment and the order's own tables, as their contracts say.

use super::{Died, Effect, Input, Random, Stage, time};
use crate::domain::{Rejection, Status, checkout_saga::tests::charge};

const QUANTITY: i64 = 3;
const STOCK: i64 = 5;
const HOLD: u64 = 900;
const DEADLINE: u64 = 30;
const GRACE: u64 = 2;
const PENDING_DEADLINE: u64 = 900;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    None,
    Refused,
    Held { until: u64 },
    Committed,
    Released,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payment {
    None,
    Pending { tells_at: u64 },
    Authorized,
    Declined,
    Voided,
    Captured,
    Refunded,
}

/// Something that happens later than its cause.
#[derive(Debug, Clone)]
enum Late {
    /// A copy of a call that was on its way for long.
    Call(Effect),
    /// Inventory or payment hears that the order is cancelled.
    StockHears,
    PaymentHears,
}

pub(super) enum Answer {
    Input(Input),
    Left,
    Overtaken,
}

pub(super) struct World {
    random: Random,
    now: u64,
    /// Later than this everything works.
    faults_end: u64,
    pub(super) row: Option<Stage>,
    deadline: u64,
    /// Whether the order counts among those that are not paid for.
    pub(super) counted: bool,
    pub(super) status: Status,
    available: i64,
    others: i64,
    claim: Claim,
    payment: Payment,
    approves: bool,
    waits: u64,
    captures: u32,
    late: Vec<Late>,
    cancels: bool,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { now, row, status, available, claim, payment, captures, late, .. } = self;
        write!(f, "{now} s: {row:?} {status} {available} {claim:?} {payment:?} {captures} captures, late {late:?}")
    }
}

impl World {
    pub(super) fn new(mut random: Random) -> Self {
        let others = if random.percent(20) { 3 } else { 0 };
        Self {
            now: 0,
            faults_end: random.below(2_000),
            row: Some(Stage::Placing),
            deadline: DEADLINE,
            counted: false,
            status: Status::Placed,
            available: STOCK - others,
            others,
            claim: Claim::None,
            payment: Payment::None,
            approves: random.percent(80),
            waits: if random.percent(30) { random.below(1_500) } else { 0 },
            captures: 0,
            late: Vec::new(),
            cancels: random.percent(30),
            random,
        }
    }

    /// Has `effect`, or seems to, or dies.
    pub(super) fn have(&mut self, effect: &Effect) -> Result<Answer, Died> {
        if self.now >= self.faults_end {
            return Ok(self.perform(effect));
        }
        match self.random.below(100) {
            0..5 => Err(Died),
            5..10 => {
                self.perform(effect);
                Err(Died)
            }
            10..20 => Ok(Answer::Input(Input::Unanswered(effect.clone()))),
            20..30 => {
                self.perform(effect);
                Ok(Answer::Input(Input::Unanswered(effect.clone())))
            }
            30..40 => {
                self.late.push(Late::Call(effect.clone()));
                Ok(self.perform(effect))
            }
            _ => Ok(self.perform(effect)),
        }
    }

    pub(super) fn in_time(&self, input: Input) -> Input {
        match input {
            Input::Unanswered(Effect::Hold | Effect::Keep | Effect::Authorize | Effect::Enlist)
                if self.now >= self.deadline =>
            {
                Input::OutOfTime
            }
            Input::Unanswered(Effect::Authorize) | Input::PaymentPending if !self.counted && self.now >= GRACE => {
                Input::GraceOver
            }
            input => input,
        }
    }

    fn perform(&mut self, effect: &Effect) -> Answer {
        match effect {
            Effect::Keep if self.random.percent(10) => Answer::Input(Input::HeldByUnpaid { lines: vec![] }),
            Effect::Hold | Effect::Keep => Answer::Input(self.hold()),
            Effect::Commit => Answer::Input(self.commit()),
            Effect::Release => {
                self.release();
                Answer::Input(Input::Released)
            }
            Effect::Authorize => Answer::Input(self.authorize()),
            Effect::Capture => Answer::Input(self.capture()),
            Effect::Void => {
                self.void();
                Answer::Input(Input::Voided)
            }
            _ => self.write(effect),
        }
    }

    fn hold(&mut self) -> Input {
        self.lapse();
        let until = self.now + HOLD;
        match self.claim {
            Claim::Held { until } => Input::Held { until: time(until) },
            Claim::Committed => Input::Held { until: time(u64::from(u32::MAX)) },
            Claim::Released => Input::StockBarred,
            Claim::Refused => Input::OutOfStock { lines: vec![] },
            Claim::None if self.available >= QUANTITY => {
                self.available -= QUANTITY;
                self.claim = Claim::Held { until };
                Input::Held { until: time(until) }
            }
            Claim::None => {
                self.claim = Claim::Refused;
                Input::OutOfStock { lines: vec![] }
            }
        }
    }

    fn commit(&mut self) -> Input {
        self.lapse();
        match self.claim {
            Claim::Committed => Input::Committed,
            Claim::Held { .. } => {
                self.claim = Claim::Committed;
                Input::Committed
            }
            Claim::None if self.available >= QUANTITY => {
                self.available -= QUANTITY;
                self.claim = Claim::Committed;
                Input::Committed
            }
            Claim::None | Claim::Refused | Claim::Released => Input::CommitRefused { lines: vec![] },
        }
    }

    fn release(&mut self) {
        self.lapse();
        if matches!(self.claim, Claim::Held { .. } | Claim::Committed) {
            self.available += QUANTITY;
        }
        self.claim = Claim::Released;
    }

    /// A hold that has run out is as if it had never been.
    fn lapse(&mut self) {
        if matches!(self.claim, Claim::Held { until } if until <= self.now) {
            self.claim = Claim::None;
            self.available += QUANTITY;
        }
    }

    fn authorize(&mut self) -> Input {
        self.tell();
        if self.payment == Payment::None {
            self.payment = Payment::Pending { tells_at: self.now + self.waits };
            self.tell();
        }
        match self.payment {
            Payment::Authorized | Payment::Captured => Input::Authorized { charge: charge(), at: time(self.now) },
            Payment::Pending { .. } | Payment::None => Input::PaymentPending,
            Payment::Declined | Payment::Voided | Payment::Refunded => {
                Input::PaymentRefused { because: Rejection::PaymentDeclined { reason: String::new() } }
            }
        }
    }

    /// The provider tells when its time has come.
    fn tell(&mut self) {
        if matches!(self.payment, Payment::Pending { tells_at } if tells_at <= self.now) {
            self.payment = if self.approves { Payment::Authorized } else { Payment::Declined };
        }
    }

    fn capture(&mut self) -> Input {
        match self.payment {
            Payment::Authorized => {
                self.payment = Payment::Captured;
                self.captures += 1;
                Input::Captured { charge: charge() }
            }
            Payment::Captured | Payment::Refunded => Input::Captured { charge: charge() },
            _ => Input::CaptureRefused,
        }
    }

    fn void(&mut self) {
        self.tell();
        if !matches!(self.payment, Payment::Captured | Payment::Refunded | Payment::Declined) {
            self.payment = Payment::Voided;
        }
    }

    /// The order's own transactions, each with its guard.
    fn write(&mut self, effect: &Effect) -> Answer {
        let forward = matches!(self.row, Some(Stage::Placing | Stage::Pending));
        match effect {
            Effect::Enlist if forward && self.random.percent(10) => return Answer::Input(Input::TooManyUnpaid),
            Effect::Enlist if forward => {
                self.counted = true;
                return Answer::Input(Input::Enlisted);
            }
            Effect::Await if self.now >= PENDING_DEADLINE => return Answer::Input(Input::OutOfTime),
            Effect::Await => {
                if forward {
                    (self.row, self.deadline) = (Some(Stage::Pending), PENDING_DEADLINE);
                }
                return Answer::Left;
            }
            Effect::Confirm(_) if forward && self.status == Status::Placed => {
                (self.row, self.status) = (Some(Stage::Settling), Status::Confirmed);
                return Answer::Input(Input::Confirmed);
            }
            Effect::Turn(because) if forward => {
                self.row = Some(Stage::Undoing(because.clone()));
                return Answer::Input(Input::Turned);
            }
            Effect::Enlist | Effect::Confirm(_) | Effect::Turn(_) => return Answer::Overtaken,
            _ => {}
        }
        if self.row.take().is_none() {
            return Answer::Overtaken;
        }
        match (effect, self.status) {
            (Effect::Reject(_), Status::Placed) => self.status = Status::Rejected,
            (Effect::Lose(_), Status::Confirmed) => self.cancel(),
            _ => {}
        }
        Answer::Input(Input::Written)
    }

    fn cancel(&mut self) {
        self.status = Status::Cancelled;
        self.late.extend([Late::StockHears, Late::PaymentHears]);
    }

    /// A little time passes, and whatever else is going on.
    pub(super) fn pass_time(&mut self) {
        self.now += self.random.below(3);
        self.lapse();
        if self.cancels && self.random.percent(10) && matches!(self.status, Status::Placed | Status::Confirmed) {
            self.cancel();
        }
        if self.random.percent(5) && self.available > 0 {
            let taken = self.available;
            (self.others, self.available) = (self.others + taken, 0);
        }
        if !self.late.is_empty() && self.random.percent(20) {
            self.arrive();
        }
    }

    /// Nobody carries the saga for a while, sometimes for long.
    pub(super) fn rest(&mut self) {
        self.now += if self.random.percent(10) { self.random.below(1_200) } else { self.random.below(10) };
        self.pass_time();
    }

    fn arrive(&mut self) {
        let index = usize::try_from(self.random.below(u64::try_from(self.late.len()).unwrap())).unwrap();
        match self.late.swap_remove(index) {
            Late::Call(
                effect @ (Effect::Hold
                | Effect::Keep
                | Effect::Authorize
                | Effect::Capture
                | Effect::Commit
                | Effect::Void
                | Effect::Release),
            ) => {
                self.perform(&effect);
            }
            Late::Call(_) => {}
            Late::StockHears => self.release(),
            Late::PaymentHears if self.payment == Payment::Captured => self.payment = Payment::Refunded,
            Late::PaymentHears => self.void(),
        }
    }

    /// Everything that was on its way has arrived. No hold is left to lapse by itself.
    pub(super) fn settle(&mut self) {
        while !self.late.is_empty() {
            self.arrive();
        }
        self.now += 2 * PENDING_DEADLINE;
        self.tell();
    }

    pub(super) fn assert_sound(&self, seed: u64) {
        let claimed = if matches!(self.claim, Claim::Held { .. } | Claim::Committed) { QUANTITY } else { 0 };
        assert_eq!(self.available + self.others + claimed, STOCK, "seed {seed}: {self:?}");
        assert!(self.captures <= 1, "seed {seed}: {self:?}");
        let sound = match self.status {
            Status::Confirmed => self.claim == Claim::Committed && self.payment == Payment::Captured,
            Status::Rejected | Status::Cancelled => {
                claimed == 0
                    && matches!(self.payment, Payment::None | Payment::Declined | Payment::Voided | Payment::Refunded)
            }
            Status::Placed | Status::Fulfilled => false,
        };
        assert!(sound, "seed {seed}: {self:?}");
    }
}
