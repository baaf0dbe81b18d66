use chrono::TimeDelta;
use kernel::{AttemptId, Clock as _, Currency, Money, OrderId, PaymentId, clock::SystemClock};
use uuid::Uuid;

use super::{Plain, capture_reference, is_watched, payment_of_capture};
use crate::domain::{Asked, Attempt, AttemptStatus, Balances, Operation, Payment, Status, Wanted};

fn asked(by: &str) -> Asked {
    let (correlation, traceparent) = (Some(Uuid::from_u128(9)), Some("00-trace".to_owned()));
    Asked { by: by.to_owned(), correlation, traceparent, at: SystemClock.now() }
}

fn payment() -> Payment {
    let amount = Money::new(100, Currency::GBP);
    let words = ("simulated".to_owned(), "tok_approve".to_owned());
    Payment::asked_for(
        PaymentId::new(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0001)),
        OrderId::new(Uuid::from_u128(2)),
        words,
        amount,
        asked("order"),
    )
}

fn now(payment: &Payment, status: Status, (authorized, captured): (i64, i64)) -> Payment {
    let gbp = |minor| Money::new(minor, Currency::GBP);
    let standing = Balances { status, authorized: gbp(authorized), captured: gbp(captured), ..*payment.standing() };
    payment.clone().standing_at(standing)
}

/// The attempts of an order that goes as it should, after each step.
fn steps() -> Vec<(&'static str, Payment, Vec<Attempt>)> {
    let pending = payment();
    let lease = pending.created_at + TimeDelta::seconds(2);
    let claimed = Plain::claimed(lease).authorization(&pending);
    let authorized = now(&pending, Status::Authorized, (100, 0));
    let captured = now(&pending, Status::Captured, (100, 100));
    let succeeded = |attempt: &Attempt| attempt.clone().left_for(AttemptStatus::Succeeded, None, None);
    let Asked { by: asked_by, traceparent, .. } = asked("admin");
    let wanted = Wanted { id: capture_reference(pending.id), asked_by, reason: None, correlation: None, traceparent };
    let capture = wanted.attempt(&authorized, Operation::Capture, authorized.amount, SystemClock.now());
    let capture = capture.started_until(SystemClock.now() + TimeDelta::seconds(2));
    vec![
        ("claimed", pending, vec![claimed.clone()]),
        ("authorized", authorized.clone(), vec![succeeded(&claimed)]),
        ("capturing", authorized, vec![succeeded(&claimed), capture.clone()]),
        ("captured", captured, vec![succeeded(&claimed), succeeded(&capture)]),
    ]
}

#[test]
fn the_row_says_what_was_asked() {
    for (step, payment, attempts) in steps() {
        let plain = Plain::of(&payment, &attempts).unwrap_or_else(|| panic!("{step}"));
        assert_eq!(plain.attempts(&payment), attempts, "{step}");
        let open = attempts.iter().find(|attempt| attempt.status.is_open()).map(|attempt| attempt.id);
        assert_eq!(plain.under_way(&payment), open, "{step}");
        let watched = is_watched(&payment, Some(&plain), true);
        assert_eq!(watched, step != "captured", "{step}");
        assert_eq!(is_watched(&payment, Some(&plain), false), open.is_some(), "{step}");
    }
}

type Oddness = fn(&mut Payment, &mut Vec<Attempt>);

#[test]
fn whatever_the_row_cannot_say_has_rows_of_its_own() {
    let odd: [(&str, Oddness); 10] = [
        ("asked twice", |_, attempts| attempts.last_mut().unwrap().tries = 2),
        ("unknown", |_, attempts| attempts.last_mut().unwrap().status = AttemptStatus::Unknown),
        ("pending", |_, attempts| attempts.last_mut().unwrap().status = AttemptStatus::Pending),
        ("failed", |_, attempts| attempts.last_mut().unwrap().status = AttemptStatus::Failed),
        ("dropped", |_, attempts| attempts.last_mut().unwrap().status = AttemptStatus::Dropped),
        ("with a reason", |_, attempts| attempts.last_mut().unwrap().reason = Some("why".to_owned())),
        ("with an answer", |_, attempts| attempts.last_mut().unwrap().answer = Some("no".to_owned())),
        ("under another reference", |_, attempts| {
            attempts.last_mut().unwrap().id = AttemptId::new(Uuid::from_u128(3));
        }),
        ("of another amount", |_, attempts| {
            attempts.last_mut().unwrap().amount = Money::new(1, Currency::GBP);
        }),
        ("one more", |_, attempts| attempts.extend(attempts.clone())),
    ];
    for (oddness, make_odd) in odd {
        for (step, mut payment, mut attempts) in steps() {
            make_odd(&mut payment, &mut attempts);
            let is_plain = Plain::of(&payment, &attempts).is_some();
            assert!(!is_plain, "{step}, {oddness}");
        }
    }
    let (_, authorized, attempts) = steps().swap_remove(1);
    for status in [Status::Pending, Status::Captured, Status::Declined, Status::Voided, Status::Refunded] {
        let other = now(&authorized, status, (100, 0));
        let plain = Plain::of(&other, &attempts).is_some();
        assert!(!plain, "{status:?}");
    }
}

#[test]
fn a_capture_and_its_payment_name_each_other() {
    let payment = payment().id;
    let reference = capture_reference(payment);
    assert_eq!(reference.uuid().get_version_num(), 8);
    assert_eq!(payment_of_capture(reference), payment);
}
