//! What becomes of an order's units: they are sent, called off before that, or given back after it.

use kernel::{FulfilmentId, Money, RefundId, ReturnId};
use order_contract::{
    OrderCancelled, OrderFulfilled, OrderReturnRefused, OrderReturnRequested, OrderReturned, ReturnedLine,
};

use super::{Act, Order, Refusal};
use crate::domain::{
    Line, Status, Units, goods,
    promise::{Promise, PromiseCause},
    returns::{ReceivedLine, Return, ReturnStatus, ReturnTerms},
};

/// Units that are not to be sent any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallOff {
    pub(crate) id: ReturnId,
    /// Names the giving back of the money, so that it happens once.
    pub(crate) refund: RefundId,
    pub(crate) units: Units,
    pub(crate) reason: String,
}

/// Units that a buyer wants to be rid of: those that the buyer has, and those that were not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unwanted {
    pub(crate) sent: Units,
    pub(crate) unsent: Units,
}

impl Order {
    /// Sends `units`, or all that is left, on their way. Answers what was sent, and whether nothing is left.
    pub(crate) fn fulfil(
        &mut self,
        fulfilment: FulfilmentId,
        units: Option<Units>,
        by: &Act,
    ) -> Result<(Units, bool), Refusal> {
        if self.status() != Status::Confirmed {
            return Err(Refusal::IllegalMove { from: self.status(), to: Status::Fulfilled });
        }
        let possible = self.to_send();
        let units = units.unwrap_or_else(|| possible.clone());
        if units.is_empty() {
            return Err(Refusal::NothingToSend);
        }
        match units.beyond(&possible) {
            excess if excess.is_empty() => goods::send(&mut self.lines, &units),
            lines => return Err(Refusal::FulfilmentExceedsOrder { lines }),
        }
        let complete = self.to_send().is_empty();
        if complete {
            self.advance(Status::Fulfilled)?;
        }
        let (order, lines) = (self.id(), (&units).into());
        self.publish(by.at, OrderFulfilled { order, fulfilment, lines, complete, by: Some(by.by.clone()) });
        Ok((units, complete))
    }

    /// Calls off units that were not sent, and gives their price back by the event, as far as there is money `left`.
    /// Answers how much. An order of which nothing is left to send is done: `fulfilled` when something of it was sent,
    /// and `cancelled` otherwise.
    pub(crate) fn call_off(&mut self, call: &CallOff, left: Money, by: &Act) -> Result<Money, Refusal> {
        match self.status() {
            Status::Confirmed | Status::Fulfilled => {}
            Status::Placed => return Err(Refusal::NotSettled),
            from @ (Status::Cancelled | Status::Rejected) => {
                return Err(Refusal::IllegalMove { from, to: Status::Cancelled });
            }
        }
        match call.units.beyond(&self.to_send()) {
            excess if excess.is_empty() => {}
            lines => return Err(Refusal::CallOffExceedsUnsent { lines }),
        }
        let zero = self.zero();
        let price = goods::call_off(&mut self.lines, &call.units, zero).map_err(|_| Refusal::AmountTooLarge)?;
        let done = self.to_send().is_empty();
        let sent = self.lines.iter().any(|line| line.fulfilled > 0);
        if done && !sent {
            return self.end_unsent(call, left, by);
        }
        if done {
            self.advance(Status::Fulfilled)?;
        }
        let amount = at_most(price, left);
        self.promise(Promise { refund: call.refund, cause: PromiseCause::CalledOff, amount });
        let event = OrderReturned {
            order: self.id(),
            return_id: call.id,
            refund: call.refund,
            amount,
            lines: unshipped(&call.units),
            restock: true,
            reason: call.reason.clone(),
            by: Some(by.by.clone()),
            called_off: true,
            order_status: done.then(|| self.status().as_str().to_owned()),
        };
        self.publish(by.at, event);
        Ok(amount)
    }

    /// Nothing was sent and nothing will be: that is a cancellation, which gives back all that is left.
    fn end_unsent(&mut self, call: &CallOff, left: Money, by: &Act) -> Result<Money, Refusal> {
        self.advance(Status::Cancelled)?;
        let (refund, cause) = (call.refund, PromiseCause::CalledOff);
        self.promise(Promise { refund, cause, amount: left });
        let (order, reason, amount) = (self.id(), call.reason.clone(), Some(left));
        self.publish(by.at, OrderCancelled { order, reason, refund, by: Some(by.by.clone()), amount });
        Ok(left)
    }

    /// Divides what a buyer wants to be rid of; `asked` are the units of returns that are asked for already.
    ///
    /// Units that the buyer has are meant first. Only when more are named than the buyer has, those that were not sent
    /// are called off, and only the rest of them comes back: so nothing is sent that was just given up.
    pub(crate) fn divide(&self, units: &Units, asked: &Units) -> Result<Unwanted, Refusal> {
        if !matches!(self.status(), Status::Confirmed | Status::Fulfilled) {
            return Err(Refusal::NotReturnable { status: self.status() });
        }
        let here = Units::of_lines(&self.lines, Line::with_buyer).without(asked);
        let unsent = self.to_send();
        let possible = here.iter().chain(unsent.iter()).map(|(sku, units)| (sku.clone(), units)).collect();
        match units.beyond(&possible) {
            excess if excess.is_empty() => {}
            lines => return Err(Refusal::ReturnsExceedPurchase { lines }),
        }
        let off = |(sku, wanted): (&kernel::Sku, i64)| {
            let off = if wanted <= here.of(sku) { 0 } else { wanted.min(unsent.of(sku)) };
            (sku.clone(), off)
        };
        let unsent: Units = units.iter().map(off).filter(|(_, off)| *off > 0).collect();
        Ok(Unwanted { sent: units.without(&unsent), unsent })
    }

    /// Notes that the buyer asks to give units back. Nothing moves yet.
    pub(crate) fn ask_return(&mut self, terms: ReturnTerms, left: Money, by: &Act) -> Result<Return, Refusal> {
        // On a copy of the lines: nothing is taken back yet.
        let price = goods::take_back(&mut self.lines.clone(), &terms.units, self.zero());
        let amount = at_most(price.map_err(|_| Refusal::AmountTooLarge)?, left);
        let event = OrderReturnRequested {
            order: self.id(),
            return_id: terms.id,
            lines: Vec::from(&terms.units),
            amount,
            reason: terms.reason.clone(),
            by: Some(by.by.clone()),
        };
        let asked = Return::requested(self.id(), terms, amount, by);
        self.publish(by.at, event);
        Ok(asked)
    }

    /// Gives the money back for goods that are still with the buyer.
    pub(crate) fn approve_return(&mut self, back: &mut Return, left: Money, by: &Act) -> Result<(), Refusal> {
        back.decide(ReturnStatus::Approved, None, by)?;
        self.settle(back, &back.units.clone(), left)?;
        self.came_back(back, back.amount, (Vec::new(), false), by);
        Ok(())
    }

    /// Takes goods in. Their money is given back unless it was before, and what can
    /// be sold again is put back into stock.
    pub(crate) fn receive_return(
        &mut self,
        back: &mut Return,
        lines: Vec<ReceivedLine>,
        left: Money,
        by: &Act,
    ) -> Result<(), Refusal> {
        let paid_before = back.status() == ReturnStatus::Approved;
        back.decide(ReturnStatus::Received, None, by)?;
        let came: Units = lines.iter().map(|line| (line.sku.clone(), line.quantity)).collect();
        match came.beyond(&back.units) {
            excess if excess.is_empty() => {}
            lines => return Err(Refusal::ReturnExceedsRequest { lines }),
        }
        let mut amount = self.zero();
        if !paid_before {
            self.settle(back, &came, left)?;
            amount = back.amount;
        }
        for restock in [true, false] {
            let of_kind: Units = lines
                .iter()
                .filter(|line| line.restock == restock)
                .map(|line| (line.sku.clone(), line.quantity))
                .collect();
            if !of_kind.is_empty() {
                // The first event of the two carries the money.
                self.came_back(back, amount, (shipped(&of_kind), restock), by);
                amount = self.zero();
            }
        }
        back.arrived(lines);
        Ok(())
    }

    /// The shop takes nothing back.
    pub(crate) fn refuse_return(&mut self, back: &mut Return, reason: &str, by: &Act) -> Result<(), Refusal> {
        back.decide(ReturnStatus::Refused, Some(reason.to_owned()), by)?;
        back.amount = self.zero();
        let (order, return_id, reason) = (self.id(), back.id, reason.to_owned());
        self.publish(by.at, OrderReturnRefused { order, return_id, reason, by: Some(by.by.clone()) });
        Ok(())
    }

    /// Units that still have to leave the house.
    pub(crate) fn to_send(&self) -> Units {
        Units::of_lines(&self.lines, Line::to_send)
    }

    /// Marks `units` as taken back, and promises their price as far as there is money `left`.
    fn settle(&mut self, back: &mut Return, units: &Units, left: Money) -> Result<(), Refusal> {
        match units.beyond(&Units::of_lines(&self.lines, Line::with_buyer)) {
            excess if excess.is_empty() => {}
            lines => return Err(Refusal::ReturnsExceedPurchase { lines }),
        }
        let zero = self.zero();
        let price = goods::take_back(&mut self.lines, units, zero).map_err(|_| Refusal::AmountTooLarge)?;
        back.amount = at_most(price, left);
        self.promise(Promise { refund: back.refund, cause: PromiseCause::Return, amount: back.amount });
        Ok(())
    }

    /// Says that money or goods of a return have moved: its goods are the units, and whether they can be sold again.
    fn came_back(&mut self, back: &Return, amount: Money, goods: (Vec<ReturnedLine>, bool), by: &Act) {
        let (lines, restock) = goods;
        let event = OrderReturned {
            order: self.id(),
            return_id: back.id,
            refund: back.refund,
            amount,
            lines,
            restock,
            reason: back.reason.clone(),
            by: Some(by.by.clone()),
            called_off: false,
            order_status: None,
        };
        self.publish(by.at, event);
    }

    const fn zero(&self) -> Money {
        Money::zero(self.terms.total.currency())
    }
}

/// The smaller of two sums in one currency.
const fn at_most(price: Money, left: Money) -> Money {
    if price.minor() <= left.minor() { price } else { left }
}

fn shipped(units: &Units) -> Vec<ReturnedLine> {
    units.iter().map(|(sku, quantity)| ReturnedLine { sku: sku.clone(), quantity, shipped: quantity }).collect()
}

fn unshipped(units: &Units) -> Vec<ReturnedLine> {
    units.iter().map(|(sku, quantity)| ReturnedLine { sku: sku.clone(), quantity, shipped: 0 }).collect()
}
