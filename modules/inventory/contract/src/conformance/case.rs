use futures_util::future::BoxFuture;
pub(super) use port::conformance::Outcome;

use super::{commit, hold, race, release, scene::Scene};

pub(super) type Check = for<'a> fn(&'a Scene<'a>) -> BoxFuture<'a, Outcome>;

macro_rules! cases {
    ($($name:literal => $check:path,)+) => {
        [$(($name, (|scene| Box::pin($check(scene))) as Check)),+]
    };
}

/// How many cases there are; each has two SKUs of its own.
pub(super) const CASES: usize = 22;

#[expect(clippy::as_conversions, reason = "a closure has no other way to become a function pointer of this type")]
pub(super) fn table() -> [(&'static str, Check); CASES] {
    cases! {
        "a hold takes every line" => hold::takes_every_line,
        "a hold takes every line or none" => hold::all_or_none,
        "a refusal names every line that is short" => hold::names_every_shortage,
        "a SKU on two lines is added up" => hold::adds_up_one_sku,
        "an unknown SKU is short of everything" => hold::unknown_sku_is_short,
        "a quantity below one is refused" => hold::refuses_no_quantity,
        "a repeated hold takes nothing more" => hold::repeat_takes_nothing_more,
        "a repeated hold is answered as at first" => hold::repeat_has_the_first_answer,
        "a repeated refusal is the first one" => hold::repeat_has_the_first_refusal,
        "a claim is kept while its order is not paid for" => hold::unpaid_repeat_keeps_the_claim,
        "a hold that lapsed is taken anew" => hold::lapsed_is_taken_anew,
        "a commitment keeps what was held" => commit::keeps_what_was_held,
        "a repeated commitment changes nothing" => commit::repeat_changes_nothing,
        "a commitment needs a hold" => commit::needs_a_hold,
        "a refused hold cannot be committed" => commit::not_after_a_refusal,
        "a released hold cannot be committed" => commit::not_after_a_release,
        "a release gives everything back, once" => release::gives_back_once,
        "a release gives a commitment back" => release::gives_back_a_commitment,
        "a release bars a late hold" => release::bars_a_late_hold,
        "levels leave out what nobody knows" => hold::levels_leave_out_the_unknown,
        "sixteen repeats at once take once" => race::repeats_at_once_take_once,
        "sixteen buyers share fifty units, exactly" => race::fifty_units_exactly,
    }
}
