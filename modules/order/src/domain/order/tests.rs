use kernel::{Currency, DateTime, FulfilmentId, Money, OrderId, PaymentId, RefundId, ReturnId, Sku};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Act, Order, Refusal, Return, Terms};
use crate::domain::{Line, Rejection, Status, Units};

fn act() -> Act {
    Act { by: "admin".to_owned(), at: DateTime::default() }
}

fn line(number: i64, sku: &str, quantity: i64, price: i64) -> Line {
    Line {
        number,
        sku: Sku::parse(sku).unwrap(),
        title: sku.to_owned(),
        quantity,
        unit_price: Money::new(price, Currency::GBP),
        fulfilled: 0,
        returned: 0,
        called_off: 0,
    }
}

fn placed(lines: Vec<Line>) -> Order {
    let total = Money::sum(Currency::GBP, lines.iter().map(|line| line.total().unwrap())).unwrap();
    let terms = Terms {
        id: OrderId::new(Uuid::from_u128(1)),
        number: 1,
        email: "ada@example.com".to_owned(),
        total,
        note: None,
        shipping_address: None,
        created_at: DateTime::default(),
    };
    Order::place(terms, lines, &act())
}

fn confirmed(lines: Vec<Line>) -> Order {
    let mut order = placed(lines);
    order.confirm(PaymentId::new(Uuid::from_u128(2)), DateTime::default()).unwrap();
    order
}

fn units(units: &[(&str, i64)]) -> Units {
    units.iter().map(|(sku, quantity)| (Sku::parse(sku).unwrap(), *quantity)).collect()
}

fn send(order: &mut Order, sent: &[(&str, i64)]) -> Result<bool, Refusal> {
    let sent = (!sent.is_empty()).then(|| units(sent));
    order.fulfil(FulfilmentId::new(Uuid::from_u128(3)), sent, &act()).map(|(_, complete)| complete)
}

/// The amount, and how many units of each returned SKU had been shipped.
fn give_back(order: &mut Order, back: &[(&str, i64)]) -> Result<(i64, Vec<i64>), Refusal> {
    let (id, refund) = (ReturnId::new(Uuid::from_u128(4)), RefundId::new(Uuid::from_u128(5)));
    let goods = Return { id, refund, units: units(back), restock: true, reason: "broken".to_owned() };
    let (amount, lines) = order.return_goods(&goods, &act())?;
    Ok((amount.minor(), lines.iter().map(|line| line.shipped).collect()))
}

fn cancel(order: &mut Order) -> Result<(), Refusal> {
    order.cancel("changed my mind", RefundId::new(Uuid::from_u128(6)), &act())
}

#[test]
fn events_are_numbered_without_gaps() {
    let mut order = confirmed(vec![line(1, "CUP", 2, 100)]);
    send(&mut order, &[]).unwrap();
    let events = order.take_events();
    let types: Vec<_> = events.iter().map(|(version, event)| (*version, kernel::Event::event_type(event))).collect();
    assert_eq!(types, [(1, "order.placed.v1"), (2, "order.confirmed.v1"), (3, "order.fulfilled.v1")]);
    give_back(&mut order, &[("CUP", 1)]).unwrap();
    assert_eq!(order.take_events()[0].0, 4);
    assert!(order.take_events().is_empty());
}

#[test]
fn a_confirmed_order_names_a_sku_once() {
    let mut order = confirmed(vec![line(1, "CUP", 2, 100), line(2, "POT", 1, 50), line(3, "CUP", 3, 100)]);
    let (_, event) = order.take_events().pop().unwrap();
    let data = kernel::Event::data(&event).unwrap();
    assert_eq!(data["lines"], serde_json::json!([{"sku": "CUP", "quantity": 5}, {"sku": "POT", "quantity": 1}]));
    assert_eq!(data["number"], "1000001");
}

#[test]
fn a_rejected_order_stays_rejected() {
    let mut order = placed(vec![line(1, "CUP", 1, 100)]);
    order.reject(&Rejection::StockUnavailable, DateTime::default()).unwrap();
    assert_eq!(cancel(&mut order), Err(Refusal::IllegalMove { from: Status::Rejected, to: Status::Cancelled }));
    assert_eq!(send(&mut order, &[]), Err(Refusal::IllegalMove { from: Status::Rejected, to: Status::Fulfilled }));
    assert_eq!(give_back(&mut order, &[("CUP", 1)]), Err(Refusal::NotReturnable { status: Status::Rejected }));
}

#[test]
fn goods_are_sent_in_parts_and_never_twice() {
    let mut order = confirmed(vec![line(1, "CUP", 2, 100), line(2, "CUP", 3, 100), line(3, "POT", 1, 50)]);
    assert_eq!(send(&mut order, &[("CUP", 3)]), Ok(false));
    assert!(matches!(send(&mut order, &[("CUP", 3)]), Err(Refusal::FulfilmentExceedsOrder { .. })));
    assert!(matches!(send(&mut order, &[("NONE", 1)]), Err(Refusal::FulfilmentExceedsOrder { .. })));
    assert_eq!(cancel(&mut order), Err(Refusal::AlreadySent));
    assert_eq!(order.status(), Status::Confirmed);
    assert_eq!(send(&mut order, &[]), Ok(true));
    assert_eq!(order.status(), Status::Fulfilled);
    assert!(send(&mut order, &[]).is_err());
}

#[test]
fn shipped_units_come_back_first() {
    let mut order = confirmed(vec![line(1, "CUP", 2, 100), line(2, "CUP", 3, 100)]);
    send(&mut order, &[("CUP", 3)]).unwrap();
    assert_eq!(give_back(&mut order, &[("CUP", 2)]), Ok((200, vec![2])));
    assert_eq!(give_back(&mut order, &[("CUP", 2)]), Ok((200, vec![1])));
    assert!(matches!(give_back(&mut order, &[("CUP", 2)]), Err(Refusal::ReturnsExceedPurchase { .. })));
    assert!(matches!(send(&mut order, &[("CUP", 2)]), Err(Refusal::FulfilmentExceedsOrder { .. })));
    assert_eq!(give_back(&mut order, &[("CUP", 1)]), Ok((100, vec![0])));
    assert_eq!(send(&mut order, &[]), Err(Refusal::NothingToSend));
}

proptest! {
    /// Whatever is sent and given back, in whatever order: no unit twice, and the money is the price of the units.
    #[test]
    fn units_and_money_are_conserved(
        lines in prop::collection::vec((0_usize..3, 1_i64..20, 0_i64..500), 1..6),
        steps in prop::collection::vec((any::<bool>(), 0_usize..3, 1_i64..25), 0..30),
    ) {
        let skus = ["A", "B", "C"];
        let prices: Vec<i64> = skus.iter().zip([3, 5, 7]).map(|(_, price)| price).collect();
        let lines: Vec<Line> = (1..).zip(&lines)
            .map(|(number, &(sku, quantity, _))| line(number, skus[sku], quantity, prices[sku])).collect();
        let mut order = confirmed(lines.clone());
        let (mut refunded, mut back) = (0, [0_i64; 3]);
        for (sending, sku, quantity) in steps {
            if sending {
                let _ = send(&mut order, &[(skus[sku], quantity)]);
            } else if let Ok((amount, shipped)) = give_back(&mut order, &[(skus[sku], quantity)]) {
                prop_assert_eq!(amount, quantity * prices[sku]);
                prop_assert!(shipped[0] <= quantity);
                refunded += amount;
                back[sku] += quantity;
            }
            for line in order.lines() {
                prop_assert!(0 <= line.returned_shipped && line.returned_shipped <= line.fulfilled);
                prop_assert!(0 <= line.returned_unshipped && line.fulfilled + line.returned_unshipped <= line.quantity);
            }
        }
        prop_assert!(refunded <= order.terms.total.minor());
        for (index, sku) in skus.iter().enumerate() {
            let returned: i64 = order.lines().iter().filter(|line| line.sku.as_str() == *sku).map(Line::returned).sum();
            prop_assert_eq!(returned, back[index]);
        }
    }
}
