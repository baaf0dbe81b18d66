//! The whole step function as a table, and what no path may do.

use std::time::Duration;

use kernel::{Currency, DateTime, Money, OrderId, PaymentId, Utc};
use payment_contract::{Charge, ChargeStatus};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Effect, Input, Stage, State, step};
use crate::domain::Rejection;

mod simulation;

fn time(seconds: u64) -> DateTime<Utc> {
    DateTime::default() + Duration::from_secs(seconds)
}

fn charge() -> Charge {
    let nothing = Money::zero(Currency::GBP);
    Charge {
        payment: PaymentId::new(Uuid::from_u128(1)),
        order: OrderId::new(Uuid::from_u128(2)),
        status: ChargeStatus::Authorized,
        authorized: nothing,
        captured: nothing,
        refunded: nothing,
    }
}

fn states() -> Vec<(&'static str, State)> {
    let because = Rejection::PaymentTimedOut;
    vec![
        ("holding", State::Holding { resumed: false }),
        ("holding again", State::Holding { resumed: true }),
        ("authorizing", State::Authorizing { until: time(10) }),
        ("enlisting", State::Enlisting),
        ("pending", State::Pending),
        ("reholding", State::Reholding { charge: charge() }),
        ("confirming", State::Confirming { charge: charge() }),
        ("settling", State::Settling { captured: None, committed: false }),
        ("settling, captured", State::Settling { captured: Some(charge()), committed: false }),
        ("settling, committed", State::Settling { captured: None, committed: true }),
        ("finishing", State::Finishing),
        ("losing", State::Losing),
        ("turning", State::Turning { because: because.clone() }),
        ("undoing", State::Undoing { because: because.clone(), voided: false, released: false }),
        ("undoing, voided", State::Undoing { because: because.clone(), voided: true, released: false }),
        ("undoing, released", State::Undoing { because, voided: false, released: true }),
        ("rejecting", State::Rejecting),
        ("ended", State::Ended),
    ]
}

fn inputs() -> Vec<(&'static str, Input)> {
    vec![
        ("held", Input::Held { until: time(10) }),
        ("out of stock", Input::OutOfStock { lines: vec![] }),
        ("held by unpaid orders", Input::HeldByUnpaid { lines: vec![] }),
        ("stock barred", Input::StockBarred),
        ("authorized in time", Input::Authorized { charge: charge(), at: time(9) }),
        ("authorized late", Input::Authorized { charge: charge(), at: time(10) }),
        ("payment pending", Input::PaymentPending),
        ("grace over", Input::GraceOver),
        ("enlisted", Input::Enlisted),
        ("too many unpaid", Input::TooManyUnpaid),
        ("payment refused", Input::PaymentRefused { because: Rejection::PaymentDeclined { reason: String::new() } }),
        ("confirmed", Input::Confirmed),
        ("captured", Input::Captured { charge: charge() }),
        ("capture refused", Input::CaptureRefused),
        ("committed", Input::Committed),
        ("commit refused", Input::CommitRefused { lines: vec![] }),
        ("turned", Input::Turned),
        ("voided", Input::Voided),
        ("released", Input::Released),
        ("written", Input::Written),
        ("cancelled", Input::Cancelled),
        ("out of time", Input::OutOfTime),
    ]
}

fn name(state: &State) -> &'static str {
    states().into_iter().find(|(_, known)| known == state).map_or_else(
        || match state {
            State::Turning { .. } => "turning",
            State::Undoing { .. } => "undoing",
            _ => "unknown",
        },
        |(name, _)| name,
    )
}

fn words(effects: &[Effect]) -> String {
    let word = |effect: &Effect| {
        use kernel::Problem as _;
        let verb = effect.failpoint().trim_start_matches("checkout::");
        match effect {
            Effect::Reject(because) | Effect::Turn(because) | Effect::Lose(because) => {
                format!("{verb} {}", because.code())
            }
            _ => verb.to_owned(),
        }
    };
    effects.iter().map(word).collect::<Vec<_>>().join(" + ")
}

/// Every pair of state and input that changes anything. All the others change nothing, and nothing is done.
const TABLE: &str = "
holding | held | authorizing | authorize
holding | out of stock | rejecting | reject out-of-stock
holding | held by unpaid orders | rejecting | reject held-by-unpaid-orders
holding | stock barred | turning | turn stock-unavailable
holding | cancelled | turning | turn order-cancelled
holding | out of time | turning | turn stock-unavailable
holding again | held | authorizing | authorize
holding again | out of stock | turning | turn out-of-stock
holding again | held by unpaid orders | turning | turn held-by-unpaid-orders
holding again | stock barred | turning | turn stock-unavailable
holding again | cancelled | turning | turn order-cancelled
holding again | out of time | turning | turn stock-unavailable
authorizing | authorized in time | confirming | confirm
authorizing | authorized late | reholding | hold
authorizing | payment pending | pending | await
authorizing | grace over | enlisting | enlist
authorizing | payment refused | turning | turn payment-declined
authorizing | cancelled | turning | turn order-cancelled
authorizing | out of time | turning | turn payment-unavailable
enlisting | enlisted | holding again | keep
enlisting | too many unpaid | turning | turn too-many-unpaid-orders
enlisting | cancelled | turning | turn order-cancelled
enlisting | out of time | turning | turn payment-unavailable
pending | cancelled | turning | turn order-cancelled
pending | out of time | turning | turn payment-timed-out
reholding | held | confirming | confirm
reholding | out of stock | turning | turn out-of-stock
reholding | stock barred | turning | turn stock-unavailable
reholding | cancelled | turning | turn order-cancelled
reholding | out of time | turning | turn stock-unavailable
confirming | confirmed | settling | capture + commit
confirming | cancelled | turning | turn order-cancelled
settling | captured | settling, captured |
settling | capture refused | losing | lose payment-lost
settling | committed | settling, committed |
settling | commit refused | losing | lose stock-lost
settling, captured | capture refused | losing | lose payment-lost
settling, captured | committed | finishing | finish
settling, captured | commit refused | losing | lose stock-lost
settling, committed | captured | finishing | finish
settling, committed | capture refused | losing | lose payment-lost
settling, committed | commit refused | losing | lose stock-lost
finishing | written | ended |
losing | written | ended |
turning | turned | undoing | void + release
undoing | voided | undoing, voided |
undoing | released | undoing, released |
undoing, voided | released | rejecting | reject payment-timed-out
undoing, released | voided | rejecting | reject payment-timed-out
rejecting | written | ended |
";

#[test]
fn every_step() {
    let mut table = String::from("\n");
    for (from, state) in states() {
        for (heard, input) in inputs() {
            let (next, effects) = step(state.clone(), input);
            if next != state || !effects.is_empty() {
                table += format!("{from} | {heard} | {} | {}", name(&next), words(&effects)).trim_end();
                table.push('\n');
            }
        }
    }
    assert_eq!(table, TABLE);
}

#[test]
fn what_was_not_answered_is_asked_again() {
    for (_, state) in states() {
        for effect in [Effect::Hold, Effect::Capture, Effect::Confirm(charge()), Effect::Void] {
            assert_eq!(step(state.clone(), Input::Unanswered(effect.clone())), (state.clone(), vec![effect]));
        }
    }
}

#[test]
fn a_stage_is_read_as_it_is_written() {
    let because = Rejection::StockUnavailable;
    for stage in [Stage::Placing, Stage::Pending, Stage::Undoing(because.clone()), Stage::Settling] {
        assert_eq!(Stage::restore(stage.name(), Some(because.clone())), Some(stage));
    }
    assert_eq!((Stage::restore("undoing", None), Stage::restore("done", None)), (None, None));
}

/// What an effect can lead to, when it is had at all.
fn outcomes(effect: &Effect) -> Vec<&'static str> {
    match effect {
        Effect::Hold => vec!["held", "out of stock", "stock barred", "out of time", "cancelled"],
        Effect::Keep => vec!["held", "out of stock", "held by unpaid orders", "stock barred", "cancelled"],
        Effect::Enlist => vec!["enlisted", "too many unpaid", "cancelled"],
        Effect::Authorize => {
            vec!["authorized in time", "authorized late", "payment pending", "grace over", "payment refused"]
        }
        Effect::Await => vec!["out of time", "cancelled"],
        Effect::Confirm(_) => vec!["confirmed", "cancelled"],
        Effect::Capture => vec!["captured", "capture refused"],
        Effect::Commit => vec!["committed", "commit refused"],
        Effect::Turn(_) => vec!["turned"],
        Effect::Void => vec!["voided"],
        Effect::Release => vec!["released"],
        Effect::Finish(_) | Effect::Lose(_) | Effect::Reject(_) => vec!["written"],
    }
}

proptest! {
    /// Whatever the others answer, and however often they do not, the saga ends; and it never undoes anything after
    /// the pivot, nor takes anything before it.
    #[test]
    fn every_path_ends(choices in prop::collection::vec(any::<prop::sample::Index>(), 64), resumed: bool) {
        let mut state = State::Holding { resumed };
        let mut effects = vec![Effect::Hold];
        let (mut past_pivot, mut ends) = (false, Vec::new());
        let mut choices = choices.into_iter();
        for _ in 0..40 {
            let mut next = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Capture | Effect::Commit => prop_assert!(past_pivot),
                    Effect::Void | Effect::Release | Effect::Turn(_) => prop_assert!(!past_pivot),
                    Effect::Finish(_) | Effect::Lose(_) | Effect::Reject(_) => ends.push(effect.failpoint()),
                    _ => {}
                }
                let possible = outcomes(&effect);
                let chosen = choices.next().map_or(0, |choice| choice.index(possible.len()));
                let input = inputs().into_iter().find(|(name, _)| *name == possible[chosen]).unwrap().1;
                past_pivot |= input == Input::Confirmed;
                let (to, more) = step(state, input);
                state = to;
                next.extend(more);
            }
            effects = next;
        }
        prop_assert_eq!(state, State::Ended);
        prop_assert!(ends.len() == 1 || ends == ["checkout::lose"; 2], "{:?}", ends);
    }
}
