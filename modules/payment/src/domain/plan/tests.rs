use chrono::TimeDelta;
use kernel::{AttemptId, Clock as _, Currency, Money, OrderId, PaymentId, clock::SystemClock};
use uuid::Uuid;

use super::{Step, next_step, owed_for_cancellation};
use crate::domain::{Asked, Attempt, AttemptStatus, Balances, Operation, Payment, Status};

fn gbp(minor: i64) -> Money {
    Money::new(minor, Currency::GBP)
}

fn asked() -> Asked {
    Asked { by: "system:order".to_owned(), correlation: None, traceparent: None, at: SystemClock.now() }
}

fn payment(status: Status, (authorized, captured, refunded): (i64, i64, i64)) -> Payment {
    let id = PaymentId::new(Uuid::from_u128(1));
    let order = OrderId::new(Uuid::from_u128(2));
    let words = ("simulated".to_owned(), "tok_approve".to_owned());
    Payment::asked_for(id, order, words, gbp(100), asked()).standing_at(Balances {
        status,
        authorized: gbp(authorized),
        captured: gbp(captured),
        refunded: gbp(refunded),
        version: 1,
        given_up: false,
    })
}

fn attempt(operation: Operation, status: AttemptStatus, amount: i64) -> Attempt {
    Attempt {
        id: AttemptId::new(Uuid::from_u128(3)),
        payment: PaymentId::new(Uuid::from_u128(1)),
        operation,
        amount: gbp(amount),
        status,
        reason: None,
        answer: None,
        asked_by: "system:order".to_owned(),
        correlation: None,
        traceparent: None,
        tries: 0,
        next_try_at: Some(SystemClock.now()),
        created_at: SystemClock.now(),
    }
}

#[test]
fn the_next_step_of_what_is_queued() {
    use Operation::{Refund, Void};
    let short = |step: Step| match step {
        Step::Call => "call",
        Step::Wait => "wait",
        Step::Drop(_) => "drop",
        Step::Fail(_) => "fail",
        Step::LookUp | Step::Leave => "?",
    };
    let found: Vec<String> = [
        (Status::Pending, (0, 0, 0)),
        (Status::Authorized, (100, 0, 0)),
        (Status::Captured, (100, 100, 0)),
        (Status::Captured, (100, 100, 60)),
        (Status::Refunded, (100, 100, 100)),
        (Status::Declined, (0, 0, 0)),
        (Status::Voided, (0, 0, 0)),
    ]
    .into_iter()
    .map(|(status, sums)| {
        let payment = payment(status, sums);
        let [void, refund] = [Void, Refund].map(|operation| {
            let attempt = attempt(operation, AttemptStatus::Queued, 50);
            short(next_step(&payment, std::slice::from_ref(&attempt), &attempt, SystemClock.now()))
        });
        format!("{} {sums:?}: void {void}, refund {refund}", status.as_str())
    })
    .collect();
    assert_eq!(
        found,
        [
            "pending (0, 0, 0): void wait, refund wait",
            "authorized (100, 0, 0): void call, refund wait",
            "captured (100, 100, 0): void drop, refund call",
            "captured (100, 100, 60): void drop, refund fail",
            "refunded (100, 100, 100): void drop, refund fail",
            "declined (0, 0, 0): void drop, refund drop",
            "voided (0, 0, 0): void drop, refund drop",
        ]
    );
}

#[test]
fn one_call_at_a_time_and_a_lease_is_respected() {
    let payment = payment(Status::Authorized, (100, 0, 0));
    let now = SystemClock.now();
    let later = now + TimeDelta::seconds(1);
    let queued = attempt(Operation::Void, AttemptStatus::Queued, 100);
    let mut capture = attempt(Operation::Capture, AttemptStatus::Started, 100);
    capture.next_try_at = Some(later);
    let both = [capture.clone(), queued.clone()];
    assert_eq!(next_step(&payment, &both, &queued, now), Step::Wait);
    assert_eq!(next_step(&payment, &both, &capture, now), Step::Leave);
    assert_eq!(next_step(&payment, &both, &capture, later), Step::LookUp);
    for (status, step) in [
        (AttemptStatus::Unknown, Step::LookUp),
        (AttemptStatus::Succeeded, Step::Leave),
        (AttemptStatus::Failed, Step::Leave),
        (AttemptStatus::Dropped, Step::Leave),
    ] {
        capture.status = status;
        assert_eq!(next_step(&payment, &both, &capture, now), step, "{status:?}");
    }
}

#[test]
fn a_provider_that_was_out_of_reach_is_asked_again_only_for_money_that_is_still_wanted() {
    let mut payment = payment(Status::Pending, (0, 0, 0));
    let failed = attempt(Operation::Authorize, AttemptStatus::Failed, 100);
    let now = SystemClock.now();
    assert_eq!(next_step(&payment, std::slice::from_ref(&failed), &failed, now), Step::Call);
    payment.give_up();
    assert_eq!(next_step(&payment, std::slice::from_ref(&failed), &failed, now), Step::Leave);
}

#[test]
fn what_a_cancellation_gives_back() {
    let refund = |status| attempt(Operation::Refund, status, 30);
    let capture = |status| attempt(Operation::Capture, status, 100);
    for (name, payment, attempts, owed) in [
        ("nothing was set aside", payment(Status::Pending, (0, 0, 0)), vec![], None),
        ("nothing was taken", payment(Status::Authorized, (100, 0, 0)), vec![], None),
        ("all of it", payment(Status::Captured, (100, 100, 0)), vec![], Some(100)),
        ("the rest", payment(Status::Captured, (100, 100, 40)), vec![], Some(60)),
        ("nothing is left", payment(Status::Refunded, (100, 100, 100)), vec![], None),
        (
            "a refund is on its way",
            payment(Status::Captured, (100, 100, 0)),
            vec![refund(AttemptStatus::Queued)],
            Some(70),
        ),
        ("a refund failed", payment(Status::Captured, (100, 100, 0)), vec![refund(AttemptStatus::Failed)], Some(100)),
        (
            "a capture is under way",
            payment(Status::Authorized, (100, 0, 0)),
            vec![capture(AttemptStatus::Unknown)],
            Some(100),
        ),
        ("a capture failed", payment(Status::Authorized, (100, 0, 0)), vec![capture(AttemptStatus::Failed)], None),
    ] {
        let found = owed_for_cancellation(&payment, &attempts).unwrap();
        assert_eq!(found.map(Money::minor), owed, "{name}");
    }
}
