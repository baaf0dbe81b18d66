use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use kernel::{CallContext, Money, MoneyError, OrderId, PaymentId, card};
use port::{Executed, PortError, PortResult};

use crate::{
    Authorize, Charge, ChargeRefusal,
    ChargeStatus::{self, Authorized, Captured, Declined, Pending, Refunded, Voided, Voiding},
    Charges,
};

/// Payment in memory, for the tests of whoever charges. It follows the tokens of the simulated provider, without
/// their delays: what is pending is decided the third time somebody asks.
#[derive(Debug, Default)]
pub struct FakeCharges {
    book: Mutex<Book>,
}

/// One command that a fake was given, in the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FakeCall {
    Authorize(OrderId),
    Capture(OrderId),
    Void(OrderId),
}

#[derive(Debug, Default)]
struct Book {
    accounts: HashMap<OrderId, Account>,
    calls: Vec<FakeCall>,
    lose_next: bool,
    void_later: bool,
}

#[derive(Debug)]
enum Account {
    /// Given up before there was a payment.
    Tombstone,
    Open {
        charge: Charge,
        amount: Money,
        token: String,
        asked: u32,
    },
}

type Answer = PortResult<Charge, ChargeRefusal>;

/// How often a pending payment may be asked about before it is decided.
const ASKED: u32 = 2;

impl FakeCharges {
    pub fn calls(&self) -> Vec<FakeCall> {
        self.book().calls.clone()
    }

    /// How often the money for `order` was asked for, taken or given up.
    pub fn count(&self, call: FakeCall) -> usize {
        self.book().calls.iter().filter(|&&made| made == call).count()
    }

    pub fn charge(&self, order: OrderId) -> Option<Charge> {
        self.book().charge(order)
    }

    /// Every payment, by order.
    pub fn charges(&self) -> Vec<Charge> {
        let book = self.book();
        let mut charges: Vec<Charge> = book.accounts.keys().filter_map(|&order| book.charge(order)).collect();
        charges.sort_by_key(|charge| charge.order);
        charges
    }

    /// The next command has its effect, and its answer gets lost.
    pub fn lose_next_answer(&self) {
        self.book().lose_next = true;
    }

    /// From now on a void is only recorded at first. The authorized money is freed the next time the caller asks.
    pub fn void_later(&self) {
        self.book().void_later = true;
    }

    /// Gives captured money back, as the module does when an order is cancelled or returned.
    pub fn refund(&self, order: OrderId, amount: Money) -> Result<(), MoneyError> {
        let mut book = self.book();
        let Some(Account::Open { charge, .. }) = book.accounts.get_mut(&order) else { return Ok(()) };
        charge.refunded = charge.refunded.checked_add(amount)?;
        if charge.refunded == charge.captured {
            charge.status = Refunded;
        }
        Ok(())
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer<T>(&self, answer: PortResult<T, ChargeRefusal>) -> PortResult<T, ChargeRefusal> {
        if std::mem::take(&mut self.book().lose_next) {
            return Err(PortError::Unavailable { executed: Executed::Maybe });
        }
        answer
    }
}

#[async_trait]
impl Charges for FakeCharges {
    async fn authorize(&self, _: &CallContext, authorize: Authorize) -> Answer {
        let answer = self.book().authorize(authorize);
        self.answer(answer)
    }

    async fn capture(&self, _: &CallContext, order: OrderId) -> Answer {
        let answer = self.book().capture(order);
        self.answer(answer)
    }

    async fn void(&self, _: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        let answer = self.book().void(order);
        self.answer(Ok(answer))
    }

    async fn find(&self, _: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        let mut book = self.book();
        book.look(order);
        Ok(book.charge(order))
    }
}

impl Book {
    fn charge(&self, order: OrderId) -> Option<Charge> {
        match self.accounts.get(&order)? {
            Account::Tombstone => None,
            Account::Open { charge, .. } => Some(charge.clone()),
        }
    }

    fn authorize(&mut self, authorize: Authorize) -> Answer {
        let Authorize { order, amount, method, token } = authorize;
        self.calls.push(FakeCall::Authorize(order));
        if card::holds_card_number(&token) || card::holds_card_number(&method) {
            return Err(decline("a card number was sent where a token belongs"));
        }
        if method != "simulated" {
            return Err(ChargeRefusal::UnknownMethod { method })?;
        }
        if amount.minor() < 0 {
            return Err(decline("the amount is negative"));
        }
        let account = self.accounts.entry(order).or_insert_with(|| Account::decided(order, amount, token));
        if account.is_out_of_reach() {
            return Err(PortError::Unavailable { executed: Executed::No });
        }
        self.look(order);
        self.first_outcome(order)
    }

    fn first_outcome(&self, order: OrderId) -> Answer {
        match self.charge(order) {
            Some(charge) if charge.status == Declined => Err(decline("the card was declined")),
            Some(charge) if !matches!(charge.status, Voided | Voiding) => Ok(charge),
            _ => Err(ChargeRefusal::Voided { order })?,
        }
    }

    fn capture(&mut self, order: OrderId) -> Answer {
        self.calls.push(FakeCall::Capture(order));
        match self.accounts.get_mut(&order) {
            None => Err(ChargeRefusal::NoPayment { order })?,
            Some(Account::Tombstone) => Err(ChargeRefusal::Voided { order })?,
            Some(Account::Open { charge, .. }) => match charge.status {
                Authorized => {
                    (charge.status, charge.captured) = (Captured, charge.authorized);
                    Ok(charge.clone())
                }
                Captured | Refunded => Ok(charge.clone()),
                Voided | Voiding => Err(ChargeRefusal::Voided { order })?,
                status => {
                    let status = status.as_str().to_owned();
                    Err(ChargeRefusal::IllegalMove { status, wanted: "captured".to_owned() })?
                }
            },
        }
    }

    fn void(&mut self, order: OrderId) -> Option<Charge> {
        self.calls.push(FakeCall::Void(order));
        let void_later = self.void_later;
        match self.accounts.entry(order).or_insert(Account::Tombstone) {
            Account::Tombstone => None,
            Account::Open { charge, .. } => {
                match charge.status {
                    Authorized if void_later => charge.status = Voiding,
                    Pending | Authorized | Voiding => free(charge),
                    _ => {}
                }
                Some(charge.clone())
            }
        }
    }

    /// Somebody asks after a payment; in time the provider has decided.
    fn look(&mut self, order: OrderId) {
        let mut account = self.accounts.get_mut(&order).filter(|account| !account.is_out_of_reach());
        if let Some(Account::Open { charge, .. }) = account.as_deref_mut()
            && charge.status == Voiding
        {
            free(charge);
        } else if let Some(Account::Open { charge, amount, token, asked }) = account
            && charge.status == Pending
        {
            *asked += 1;
            if *asked > ASKED {
                settle(charge, *amount, token != "tok_pending_then_decline");
            }
        }
    }
}

impl Account {
    /// The provider was never reached, so nothing is known and nothing will be.
    fn is_out_of_reach(&self) -> bool {
        matches!(self, Self::Open { charge, token, .. } if charge.status == Pending && token == "tok_unavailable")
    }

    fn asked(order: OrderId, amount: Money, token: String) -> Self {
        let payment = PaymentId::new(order.uuid());
        let zero = Money::zero(amount.currency());
        let charge = Charge { payment, order, status: Pending, authorized: zero, captured: zero, refunded: zero };
        Self::Open { charge, amount, token, asked: 0 }
    }

    fn decided(order: OrderId, amount: Money, token: String) -> Self {
        let mut account = Self::asked(order, amount, token);
        if let Self::Open { charge, amount, token, .. } = &mut account {
            match token.as_str() {
                "tok_pending_then_approve" | "tok_pending_then_decline" | "tok_unavailable" => {}
                "tok_approve" | "tok_slow_3s" | "tok_timeout_then_approve" => settle(charge, *amount, true),
                _ => settle(charge, *amount, false),
            }
        }
        account
    }
}

fn settle(charge: &mut Charge, amount: Money, approved: bool) {
    charge.status = if approved { ChargeStatus::Authorized } else { ChargeStatus::Declined };
    if approved {
        charge.authorized = amount;
    }
}

fn free(charge: &mut Charge) {
    charge.status = Voided;
    charge.authorized = Money::zero(charge.authorized.currency());
}

fn decline(reason: &str) -> PortError<ChargeRefusal> {
    PortError::Refused(ChargeRefusal::Declined { reason: reason.to_owned() })
}
