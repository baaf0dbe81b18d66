//! What must be true of payments, proved on live data.

use chrono::TimeDelta;
use kernel_db::{Db, DbError};
use kernel_module::Check;

use crate::{
    config::Config,
    persistence::{
        check::{self as figures, Counts},
        refusals,
    },
    provider::simulated,
};

pub(crate) async fn check(db: &Db, config: &Config) -> Result<Vec<Check>, DbError> {
    let rule = "payment: authorized covers captured, captured covers refunded (payments; those that keep it)";
    let mut checks = vec![all_of(rule, figures::ordered_sums(db).await?)];
    checks.extend(ledger_balances(db).await?);
    checks.extend(sums_equal_ledger(db).await?);
    let rule = "payment: every attempt has its payment, every movement its attempt (rows; those that do)";
    checks.push(all_of(rule, figures::belonging(db).await?));
    checks.push(provider_agrees(db).await?);
    checks.push(nothing_in_doubt(db, config).await?);
    let rule =
        "payment: what was taken covers every refund, made and to be made (payments with refunds; those covered)";
    checks.push(all_of(rule, figures::covered(db).await?));
    checks.push(what_failed_is_shown(db).await?);
    let rule = "payment: what is promised is paid or refused (refusals; those whose paid part is in the attempts)";
    checks.push(all_of(rule, figures::adding_up(db).await?));
    Ok(checks)
}

fn all_of(rule: &str, Counts { whole, good }: Counts) -> Check {
    Check::new(rule, whole, good)
}

async fn ledger_balances(db: &Db) -> Result<Vec<Check>, DbError> {
    let balances = figures::balances(db).await?;
    let check = |balance: &figures::Balance| {
        let rule = format!("payment: debits equal credits in {}", balance.currency);
        Check::new(&rule, balance.debited, balance.credited)
    };
    Ok(balances.iter().map(check).collect())
}

async fn sums_equal_ledger(db: &Db) -> Result<Vec<Check>, DbError> {
    let side = |authorized: i64, captured: i64, refunded: i64, wrong: i64| {
        format!("authorized {authorized}, captured {captured}, refunded {refunded}, {wrong} payments differ")
    };
    let check = |sums: figures::Sums| {
        let rule = format!("payment: every payment equals its ledger in {}", sums.currency);
        let payments = side(sums.authorized, sums.captured, sums.refunded, 0);
        let ledger = side(sums.ledger_authorized, sums.ledger_captured, sums.ledger_refunded, sums.differ);
        Check::new(&rule, payments, ledger)
    };
    Ok(figures::sums(db).await?.into_iter().map(check).collect())
}

async fn provider_agrees(db: &Db) -> Result<Check, DbError> {
    let audit = figures::audit(db, simulated::NAME).await?;
    let rule = "payment: settled movements equal the simulated provider's (currency, operation, count, amount)";
    let check = Check::new(rule, audit.ours.join("; "), audit.theirs.join("; "));
    Ok(check.with_detail("left the store's attempts, right simulated_ledger; what is still open is left out"))
}

async fn nothing_in_doubt(db: &Db, config: &Config) -> Result<Check, DbError> {
    let doubt = TimeDelta::seconds(i64::try_from(config.doubt_seconds).unwrap_or(i64::MAX / 1_000));
    let open = figures::in_doubt(db, db.seams().now() - doubt).await?;
    let rule = format!("payment: attempts unsettled for more than {} s", config.doubt_seconds);
    Ok(Check::new(&rule, open.attempts + open.payments, 0))
}

async fn what_failed_is_shown(db: &Db) -> Result<Check, DbError> {
    let rule = "payment: every refund that failed is shown to the shop as work (failed; shown)";
    let open = refusals::open(db).await?;
    let detail =
        format!("{open} refused refunds are to be settled: GET /api/v1/admin/payments?attention=true lists them");
    Ok(all_of(rule, figures::shown(db).await?).with_detail(detail))
}
