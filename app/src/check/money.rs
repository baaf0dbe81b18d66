//! Compares orders with payments.

use std::collections::BTreeMap;

use kernel::{Currency, OrderId};
use kernel_db::DbError;
use kernel_module::Check;
use order::{Order, PaymentSummary};
use payment::Payment;
use payment_contract::{Charge, ChargeStatus};

/// Rows read at a time.
const BATCH: u64 = 1_000;

/// What a person is shown of the orders that differ.
const SHOWN: usize = 10;

/// Sums of one side in one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    captured: i128,
    refunded: i128,
}

/// Both sides as they are read along, by the order's id.
#[derive(Debug, Default)]
struct Comparison {
    orders: BTreeMap<Currency, Sums>,
    payments: BTreeMap<Currency, Sums>,
    differing: usize,
    shown: Vec<OrderId>,
}

/// Walks both modules in the order of order ids, so that memory stays flat.
pub(super) async fn orders_and_payments(orders_of: &Order, payments_of: &Payment) -> Result<Vec<Check>, DbError> {
    let mut comparison = Comparison::default();
    let mut after = None;
    loop {
        let mut orders = orders_of.payments_after(after, BATCH).await?;
        let last = orders.last().map(|order| order.order);
        let until = last.filter(|_| is_full(&orders));
        let charges = charges(payments_of, after, until).await?;
        if until.is_none() {
            // A busy store has taken orders since: their charges must not seem to have none.
            orders.extend(orders_of.payments_after(last.or(after), BATCH).await?);
        }
        comparison.compare(&orders, &charges);
        match until {
            Some(_) => after = until,
            None => return Ok(comparison.into_checks()),
        }
    }
}

fn is_full<T>(batch: &[T]) -> bool {
    u64::try_from(batch.len()).is_ok_and(|rows| rows >= BATCH)
}

/// The charges of the orders after `after` up to `until`.
async fn charges(
    payment: &Payment,
    mut after: Option<OrderId>,
    until: Option<OrderId>,
) -> Result<Vec<Charge>, DbError> {
    let mut charges: Vec<Charge> = Vec::new();
    loop {
        let batch = payment.charges_after(after, BATCH).await?;
        let (full, last) = (is_full(&batch), batch.last().map(|charge| charge.order));
        charges.extend(batch.into_iter().filter(|charge| until.is_none_or(|until| charge.order <= until)));
        let passed = last.zip(until).is_some_and(|(last, until)| last >= until);
        if !full || passed {
            return Ok(charges);
        }
        after = last;
    }
}

impl Sums {
    fn add(&mut self, captured: i64, refunded: i64) {
        self.captured += i128::from(captured);
        self.refunded += i128::from(refunded);
    }
}

impl Comparison {
    fn compare(&mut self, orders: &[PaymentSummary], charges: &[Charge]) {
        for charge in charges {
            let sums = self.payments.entry(charge.captured.currency()).or_default();
            sums.add(charge.captured.minor(), charge.refunded.minor());
        }
        let mut charges: BTreeMap<OrderId, &Charge> = charges.iter().map(|charge| (charge.order, charge)).collect();
        for order in orders {
            self.orders.entry(order.currency).or_default().add(order.captured, order.refunded);
            if !agree(order, charges.remove(&order.order)) {
                self.note(order.order);
            }
        }
        // Money that no order knows of. Orders that came to nothing are forgotten before their payments.
        for charge in charges.into_values().filter(|charge| has_money(charge)) {
            self.note(charge.order);
        }
    }

    fn note(&mut self, order: OrderId) {
        self.differing += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(order);
        }
    }

    fn into_checks(self) -> Vec<Check> {
        let mut checks = Vec::new();
        let mut currencies: Vec<Currency> = self.orders.keys().chain(self.payments.keys()).copied().collect();
        currencies.sort();
        currencies.dedup();
        for currency in currencies {
            let side = |sums: &BTreeMap<Currency, Sums>| {
                let Sums { captured, refunded } = sums.get(&currency).copied().unwrap_or_default();
                format!("captured {captured}, refunded {refunded}")
            };
            let rule = format!("order and payment: the money of all orders in {currency}");
            checks.push(Check::new(&rule, side(&self.orders), side(&self.payments)));
        }
        let rule = "order and payment: orders whose payment says otherwise";
        let shown: Vec<String> = self.shown.iter().map(OrderId::to_string).collect();
        checks.push(Check::new(rule, self.differing, 0).with_detail(format!("orders {}", shown.join(", "))));
        checks
    }
}

/// Whether money is set aside or was taken, or may be yet.
fn has_money(charge: &Charge) -> bool {
    charge.captured.minor() != 0 || !matches!(charge.status, ChargeStatus::Declined | ChargeStatus::Voided)
}

/// A payment that was given up has nothing set aside any more; the order remembers that it once had.
fn agree(order: &PaymentSummary, charge: Option<&Charge>) -> bool {
    // Money that was ever set aside has a payment, whatever became of it.
    let Some(charge) = charge else { return (order.authorized, order.captured, order.refunded) == (0, 0, 0) };
    let stands = matches!(charge.status, ChargeStatus::Authorized | ChargeStatus::Captured | ChargeStatus::Refunded);
    order.currency == charge.authorized.currency()
        && order.captured == charge.captured.minor()
        && order.refunded == charge.refunded.minor()
        && (!stands || order.authorized == charge.authorized.minor())
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money, OrderId, PaymentId, Seams};
    use order::{PaymentSummary, Status};
    use payment_contract::{Charge, ChargeStatus};

    use super::Comparison;

    fn order(id: OrderId, captured: i64) -> PaymentSummary {
        let (status, currency) = (Status::Confirmed, Currency::GBP);
        PaymentSummary { order: id, status, currency, authorized: captured, captured, refunded: 0 }
    }

    fn charge(order: OrderId, captured: i64, status: ChargeStatus) -> Charge {
        let gbp = |minor| Money::new(minor, Currency::GBP);
        let payment = PaymentId::new(order.uuid());
        Charge { payment, order, status, authorized: gbp(captured), captured: gbp(captured), refunded: gbp(0) }
    }

    fn failed(orders: &[PaymentSummary], charges: &[Charge]) -> usize {
        let mut comparison = Comparison::default();
        comparison.compare(orders, charges);
        comparison.into_checks().iter().filter(|check| !check.holds()).count()
    }

    #[test]
    fn every_way_to_differ_is_found() {
        let seams = Seams::system();
        let (one, two): (OrderId, OrderId) = (seams.id(), seams.id());
        let captured = ChargeStatus::Captured;
        assert_eq!(failed(&[order(one, 5), order(two, 0)], &[charge(one, 5, captured)]), 0);
        assert_eq!(failed(&[order(one, 5)], &[charge(one, 4, captured)]), 2, "another amount");
        assert_eq!(failed(&[order(one, 5)], &[]), 2, "no payment");
        assert_eq!(failed(&[], &[charge(one, 5, captured)]), 2, "no order");
        assert_eq!(failed(&[], &[charge(one, 0, ChargeStatus::Declined)]), 0, "an order that is forgotten");
        assert_eq!(failed(&[], &[charge(one, 0, ChargeStatus::Authorized)]), 1, "money is set aside for no order");
        let swapped = [charge(one, 3, captured), charge(two, 5, captured)];
        assert_eq!(failed(&[order(one, 5), order(two, 3)], &swapped), 1, "the sums alone would not show it");
        let once_authorized = PaymentSummary { authorized: 9, ..order(one, 0) };
        assert_eq!(failed(&[once_authorized], &[charge(one, 0, ChargeStatus::Voided)]), 0, "a voided payment");
        assert_eq!(failed(&[once_authorized], &[]), 1, "money was set aside, and there is no payment");
    }
}
