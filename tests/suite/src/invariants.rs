//! What must stay true under concurrency, delay and failure.
//!
//! Each is a probe that says what it found, or what is wrong. Its test runs the probe with every guard in its place;
//! its control takes one away, and the probe must notice: a test that has never failed proves nothing.

mod comparisons;
mod delivery;
mod double_charge;
mod hoarding;
mod lines;
mod money;
mod orphan_holds;
mod oversell;
mod parking;
mod promises;
mod secrets;

use crate::harness::{Kind, Sabotage, Shop, Site, alone, aloud, run};

/// What a probe found, or what is wrong.
type Verdict = Result<String, String>;

/// `Err` with `what` unless `holds`.
fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// Runs `probe` without `guard` on every database; it must find something wrong.
fn must_notice(guard: &'static str, probe: impl AsyncFn(&Shop) -> Verdict) {
    must_notice_doing(guard, "return", probe);
}

/// The same in a shop of another kind.
fn must_notice_in(open: impl AsyncFn(Site) -> Shop, guard: &'static str, probe: impl AsyncFn(&Shop) -> Verdict) {
    notice(open, (guard, "return"), probe);
}

/// The same where the failpoint does something else than take a guard away.
fn must_notice_doing(guard: &'static str, action: &str, probe: impl AsyncFn(&Shop) -> Verdict) {
    notice(Shop::impatient, (guard, action), probe);
}

#[expect(clippy::needless_pass_by_value, reason = "a probe is handed over by name")]
fn notice(
    open: impl AsyncFn(Site) -> Shop,
    (guard, action): (&'static str, &str),
    probe: impl AsyncFn(&Shop) -> Verdict,
) {
    let _turn = alone();
    for kind in Kind::available() {
        let verdict = run(async {
            let shop = open(kind.into()).await;
            let sabotage = Sabotage::doing(guard, action);
            let verdict = probe(&shop).await;
            drop(sabotage);
            shop.abandon().await;
            verdict
        });
        match verdict {
            Ok(found) => panic!("{kind:?}: without {guard} the test did not fail: {found}"),
            Err(noticed) => aloud(&format!("control {guard} on {kind:?}: red, as it should be: {noticed}")),
        }
    }
}
