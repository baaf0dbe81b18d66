use kernel::{Currency, DateTime, FulfilmentId, Money, OrderId, PaymentId, RefundId, ReturnId, Sku};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Act, CallOff, Order, Refusal, Terms};
use crate::domain::{
    Line, Rejection, Return, Status, Units,
    money::PaymentStage,
    promise::PromiseCause,
    returns::{ReceivedLine, ReturnTerms},
};

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
        placed_by: "guest".to_owned(),
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

/// A confirmed order whose money was taken.
fn paid(lines: Vec<Line>) -> Order {
    let mut order = confirmed(lines);
    order.payment.stage = PaymentStage::Captured;
    order.payment.captured = order.terms.total.minor();
    order
}

fn gbp(minor: i64) -> Money {
    Money::new(minor, Currency::GBP)
}

fn call_off(order: &mut Order, off: &[(&str, i64)], left: i64) -> Result<i64, Refusal> {
    let (id, refund) = (ReturnId::new(Uuid::from_u128(7)), RefundId::new(Uuid::from_u128(8)));
    let call = CallOff { id, refund, units: units(off), reason: "one too many".to_owned() };
    order.call_off(&call, gbp(left), &act()).map(Money::minor)
}

/// Asks for as much as is with the buyer and not asked for.
fn ask(order: &mut Order, back: &[(&str, i64)], left: i64) -> Result<Return, Refusal> {
    let unwanted = order.divide(&units(back), &Units::default())?;
    let (id, refund) = (ReturnId::new(Uuid::from_u128(4)), RefundId::new(Uuid::from_u128(5)));
    let terms = ReturnTerms { id, refund, units: unwanted.sent, restock: true, reason: "broken".to_owned() };
    order.ask_return(terms, gbp(left), &act())
}

fn came(lines: &[(&str, i64, bool)]) -> Vec<ReceivedLine> {
    let line = |&(sku, quantity, restock): &(&str, i64, bool)| ReceivedLine {
        sku: Sku::parse(sku).unwrap(),
        quantity,
        condition: None,
        restock,
    };
    lines.iter().map(line).collect()
}

fn types(order: &mut Order) -> Vec<String> {
    order.take_events().iter().map(|(_, event)| kernel::Event::event_type(event).to_owned()).collect()
}

/// What was promised: why, and how much.
fn promised(order: &mut Order) -> Vec<(PromiseCause, i64)> {
    order.take_promises().iter().map(|promise| (promise.cause, promise.amount.minor())).collect()
}

fn cancel(order: &mut Order) -> Result<(), Refusal> {
    let left = order.left(0);
    order.cancel("changed my mind", RefundId::new(Uuid::from_u128(6)), left, &act())
}

#[test]
fn events_are_numbered_without_gaps() {
    let mut order = confirmed(vec![line(1, "CUP", 2, 100)]);
    send(&mut order, &[]).unwrap();
    let events = order.take_events();
    let types: Vec<_> = events.iter().map(|(version, event)| (*version, kernel::Event::event_type(event))).collect();
    assert_eq!(types, [(1, "order.placed.v1"), (2, "order.confirmed.v1"), (3, "order.fulfilled.v1")]);
    ask(&mut order, &[("CUP", 1)], 200).unwrap();
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
    let refused = ask(&mut order, &[("CUP", 1)], 0).unwrap_err();
    assert_eq!(refused, Refusal::NotReturnable { status: Status::Rejected });
    let refused = call_off(&mut order, &[("CUP", 1)], 0).unwrap_err();
    assert_eq!(refused, Refusal::IllegalMove { from: Status::Rejected, to: Status::Cancelled });
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
fn nothing_moves_before_the_shop_decides() {
    let mut order = paid(vec![line(1, "CUP", 3, 100)]);
    send(&mut order, &[]).unwrap();
    order.take_events();
    let asked = ask(&mut order, &[("CUP", 2)], 300).unwrap();
    assert_eq!((asked.amount.minor(), order.lines()[0].returned), (200, 0));
    assert_eq!((types(&mut order), promised(&mut order)), (vec!["order.return_requested.v1".to_owned()], vec![]));

    let mut refused = asked.clone();
    order.refuse_return(&mut refused, "worn", &act()).unwrap();
    assert_eq!((refused.amount.minor(), order.lines()[0].returned), (0, 0));
    assert_eq!((types(&mut order), promised(&mut order)), (vec!["order.return_refused.v1".to_owned()], vec![]));

    let mut approved = asked.clone();
    order.approve_return(&mut approved, gbp(300), &act()).unwrap();
    assert_eq!((approved.amount.minor(), order.lines()[0].returned), (200, 2));
    let events = order.take_events();
    let data = kernel::Event::data(&events[0].1).unwrap();
    assert_eq!((&data["amount"]["amount"], &data["lines"]), (&200.into(), &serde_json::json!([])));
    assert_eq!(promised(&mut order), [(PromiseCause::Return, 200)]);
    // The goods come later, and no money moves again.
    order.receive_return(&mut approved, came(&[("CUP", 2, true)]), gbp(100), &act()).unwrap();
    assert_eq!((approved.amount.minor(), order.lines()[0].returned), (200, 2));
    let events = order.take_events();
    let data = kernel::Event::data(&events[0].1).unwrap();
    assert_eq!((&data["amount"]["amount"], &data["restock"]), (&0.into(), &true.into()));
    assert_eq!(promised(&mut order), []);
}

#[test]
fn what_came_is_paid_for_and_counted() {
    let mut order = paid(vec![line(1, "CUP", 4, 100)]);
    send(&mut order, &[]).unwrap();
    let mut back = ask(&mut order, &[("CUP", 4)], 400).unwrap();
    order.take_events();
    let much = order.clone().receive_return(&mut back.clone(), came(&[("CUP", 5, true)]), gbp(400), &act());
    assert!(matches!(much, Err(Refusal::ReturnExceedsRequest { .. })));
    order.receive_return(&mut back, came(&[("CUP", 2, true), ("CUP", 1, false)]), gbp(400), &act()).unwrap();
    assert_eq!((back.amount.minor(), order.lines()[0].returned), (300, 3));
    let told: Vec<_> = order
        .take_events()
        .iter()
        .map(|(_, event)| kernel::Event::data(event).unwrap())
        .map(|data| (data["amount"]["amount"].clone(), data["lines"][0]["quantity"].clone(), data["restock"].clone()))
        .collect();
    assert_eq!(told, [(300.into(), 2.into(), true.into()), (0.into(), 1.into(), false.into())]);
    for twice in [
        order.receive_return(&mut back, came(&[("CUP", 1, true)]), gbp(100), &act()),
        order.approve_return(&mut back, gbp(100), &act()),
        order.refuse_return(&mut back, "no", &act()),
    ] {
        assert!(matches!(twice, Err(Refusal::IllegalReturnMove { .. })), "{twice:?}");
    }
    assert_eq!(promised(&mut order), [(PromiseCause::Return, 300)]);
}

#[test]
fn no_more_is_promised_than_is_left() {
    let mut order = paid(vec![line(1, "CUP", 3, 100)]);
    order.payment.refunded = 150;
    assert_eq!((order.left(0).minor(), order.left(100).minor(), order.left(500).minor()), (150, 50, 0));
    send(&mut order, &[("CUP", 1)]).unwrap();
    assert_eq!(call_off(&mut order, &[("CUP", 2)], 150), Ok(150));
    assert_eq!(promised(&mut order), [(PromiseCause::CalledOff, 150)]);
    let mut back = ask(&mut order, &[("CUP", 1)], 0).unwrap();
    order.approve_return(&mut back, gbp(0), &act()).unwrap();
    assert_eq!((back.amount.minor(), promised(&mut order)), (0, vec![]));

    // Before its capture is known, a confirmed order counts as paid; a voided one never.
    let mut order = confirmed(vec![line(1, "CUP", 3, 100)]);
    assert_eq!(order.left(0).minor(), 300);
    order.payment.stage = PaymentStage::Voided;
    assert_eq!(order.left(0).minor(), 0);
    assert_eq!(placed(vec![line(1, "CUP", 3, 100)]).left(0).minor(), 0);
}

#[test]
fn an_order_with_nothing_left_to_send_is_done() {
    let mut order = paid(vec![line(1, "CUP", 2, 100), line(2, "CUP", 1, 100)]);
    assert_eq!(call_off(&mut order, &[("CUP", 1)], 300), Ok(100));
    assert_eq!((order.status(), order.to_send()), (Status::Confirmed, units(&[("CUP", 2)])));
    order.take_events();
    assert_eq!(call_off(&mut order, &[("CUP", 2)], 200), Ok(200));
    assert_eq!((order.status(), types(&mut order)), (Status::Cancelled, vec!["order.cancelled.v1".to_owned()]));

    let mut order = paid(vec![line(1, "CUP", 3, 100)]);
    send(&mut order, &[("CUP", 1)]).unwrap();
    order.take_events();
    let much = call_off(&mut order, &[("CUP", 3)], 300);
    assert!(matches!(much, Err(Refusal::CallOffExceedsUnsent { .. })), "{much:?}");
    assert_eq!(call_off(&mut order, &[("CUP", 2)], 300), Ok(200));
    assert_eq!(order.status(), Status::Fulfilled);
    let (_, event) = order.take_events().pop().unwrap();
    let data = kernel::Event::data(&event).unwrap();
    assert_eq!((&data["called_off"], &data["order_status"]), (&true.into(), &"fulfilled".into()));
    assert_eq!(data["lines"], serde_json::json!([{"sku": "CUP", "quantity": 2, "shipped": 0}]));
    assert!(matches!(send(&mut order, &[]), Err(Refusal::IllegalMove { .. })));
}

#[test]
fn what_the_buyer_has_is_meant_first() {
    let mut order = paid(vec![line(1, "CUP", 2, 100), line(2, "CUP", 3, 100)]);
    send(&mut order, &[("CUP", 2)]).unwrap();
    for (wanted, asked, sent, unsent) in
        [(1, 0, 1, 0), (2, 0, 2, 0), (3, 0, 0, 3), (4, 0, 1, 3), (5, 0, 2, 3), (1, 2, 0, 1)]
    {
        let unwanted = order.divide(&units(&[("CUP", wanted)]), &units(&[("CUP", asked)])).unwrap();
        let found = (unwanted.sent.of(&"CUP".parse().unwrap()), unwanted.unsent.of(&"CUP".parse().unwrap()));
        assert_eq!(found, (sent, unsent), "{wanted} of 2 sent and 3 not, {asked} asked for before");
    }
    for (wanted, asked) in [(6, 0), (4, 2)] {
        let refused = order.divide(&units(&[("CUP", wanted)]), &units(&[("CUP", asked)])).unwrap_err();
        assert!(matches!(refused, Refusal::ReturnsExceedPurchase { .. }));
    }
}

proptest! {
    /// Whatever is sent, called off and given back, in whatever order: no unit twice, and the money is the price of the
    /// units and never more than was paid.
    #[test]
    fn units_and_money_are_conserved(
        lines in prop::collection::vec((0_usize..3, 1_i64..20, 0_i64..500), 1..6),
        steps in prop::collection::vec((0_u8..3, 0_usize..3, 1_i64..25), 0..30),
    ) {
        let skus = ["A", "B", "C"];
        let prices = [3, 5, 7];
        let lines: Vec<Line> = (1..).zip(&lines)
            .map(|(number, &(sku, quantity, _))| line(number, skus[sku], quantity, prices[sku])).collect();
        let mut order = paid(lines.clone());
        let (mut refunded, mut gone) = (0, [0_i64; 3]);
        for (step, sku, quantity) in steps {
            let some = [(skus[sku], quantity)];
            let left = order.terms.total.minor() - refunded;
            match step {
                0 => drop(send(&mut order, &some)),
                1 => if let Ok(amount) = call_off(&mut order, &some, left) {
                    prop_assert_eq!(amount, quantity * prices[sku]);
                    refunded += amount;
                    gone[sku] += quantity;
                },
                _ => if let Ok(mut back) = ask(&mut order, &some, left) {
                    let came_back = back.units.of(&skus[sku].parse().unwrap());
                    if came_back > 0 && order.receive_return(&mut back, came(&[(skus[sku], came_back, true)]), gbp(left), &act()).is_ok() {
                        prop_assert_eq!(back.amount.minor(), came_back * prices[sku]);
                        refunded += back.amount.minor();
                        gone[sku] += came_back;
                    }
                },
            }
            for line in order.lines() {
                prop_assert!(0 <= line.returned && line.returned <= line.fulfilled);
                prop_assert!(0 <= line.called_off && line.fulfilled + line.called_off <= line.quantity);
            }
            let done = order.to_send().is_empty();
            prop_assert_eq!(done, order.status() != Status::Confirmed, "an order of which nothing is left to send is done");
        }
        let promised: i64 = order.take_promises().iter().map(|promise| promise.amount.minor()).sum();
        prop_assert_eq!(promised, refunded);
        prop_assert!(refunded <= order.terms.total.minor());
        for (index, sku) in skus.iter().enumerate() {
            let here = order.lines().iter().filter(|line| line.sku.as_str() == *sku);
            let off: i64 = here.map(|line| line.returned + line.called_off).sum();
            prop_assert_eq!(off, gone[index]);
        }
    }
}
