//! The simulated provider's own ledger. Nothing of payment's writes it.

use kernel::{AttemptId, Currency, DateTime, OrderId, PaymentId, Utc};
use kernel_db::{Db, DbError, Rows, Sql};
use sea_orm::{DerivePartialModel, EntityTrait as _, FromQueryResult as _};
use uuid::Uuid;

use super::entity::simulated_ledger::Entity;

/// An instruction and what is to stand under it.
#[derive(Debug, Clone, Rows)]
pub(crate) struct Line {
    pub(crate) reference: AttemptId,
    pub(crate) authorization_reference: PaymentId,
    pub(crate) order_id: OrderId,
    pub(crate) operation: &'static str,
    pub(crate) currency: Currency,
    pub(crate) amount: i64,
    pub(crate) outcome: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) settles_at: Option<DateTime<Utc>>,
}

/// What stands under a reference.
#[derive(Debug, Clone, PartialEq, Eq, DerivePartialModel)]
#[sea_orm(entity = "Entity", from_query_result)]
pub(crate) struct Standing {
    pub(crate) reference: Uuid,
    pub(crate) outcome: String,
    pub(crate) reason: Option<String>,
    pub(crate) settles_at: Option<DateTime<Utc>>,
}

/// An authorization is written down as it is, a movement only if its authorization leaves as much to move: for a refund
/// what was taken and not given back, for the others what was neither taken nor freed.
///
/// It does not wait for the disk. Should a crash of the server undo it, what the store wrote after it is undone as well,
/// for both are in one log; and the store asks again under the same reference.
static WRITE: Sql = Sql::new("payment.simulated-write", || {
    let moved = |amount: &str, operations: &str| {
        format!(
            "COALESCE((SELECT SUM({amount}) FROM simulated_ledger AS moved \
             WHERE moved.authorization_reference = root.reference AND moved.operation <> 'authorize' \
             AND moved.operation IN ({operations}) AND moved.outcome = 'approved'), 0)"
        )
    };
    let columns = Line::columns();
    let entry = columns.split(", ").map(|column| format!("entry.{column}")).collect::<Vec<_>>().join(", ");
    format!(
        "WITH entry AS (SELECT {cells} FROM {{rows}}) \
         INSERT INTO simulated_ledger ({columns}, created_at) SELECT {entry}, ? FROM entry \
         LEFT JOIN simulated_ledger AS root ON root.reference = entry.authorization_reference \
         WHERE entry.operation = 'authorize' OR root.outcome = 'approved' AND root.currency = entry.currency \
         AND entry.amount <= CASE entry.operation WHEN 'refund' THEN {to_give_back} ELSE root.amount - {gone} END \
         ON CONFLICT (reference) DO NOTHING RETURNING reference, outcome, reason, settles_at {{and_without_sync}}",
        cells = Line::cells(),
        to_give_back = moved(
            "CASE moved.operation WHEN 'capture' THEN moved.amount ELSE -moved.amount END",
            "'capture', 'refund'"
        ),
        gone = moved("moved.amount", "'capture', 'void'"),
    )
});

static DECIDE: Sql = Sql::new("payment.simulated-decide", || {
    "UPDATE simulated_ledger SET settles_at = NULL, outcome = CASE outcome WHEN 'approving' THEN 'approved' \
     WHEN 'declining' THEN 'declined' ELSE outcome END WHERE reference = ? \
     RETURNING reference, outcome, reason, settles_at"
        .to_owned()
});

#[cfg(test)]
pub(super) fn statements() -> Vec<&'static Sql> {
    vec![&WRITE, &DECIDE]
}

/// Writes down those of `lines` for which there is room and whose reference is new; answers them. No two of them are about
/// the same authorization.
pub(crate) async fn write(db: &Db, lines: &[&Line]) -> Result<Vec<Standing>, DbError> {
    let values = [Line::bind(lines.iter().copied()), db.seams().now().into()];
    standing(&db.write_one(&WRITE, values).await?)
}

pub(crate) async fn find(db: &Db, reference: AttemptId) -> Result<Option<Standing>, DbError> {
    let found = Entity::find_by_id(reference.uuid()).into_partial_model::<Standing>().one(db.reader()).await?;
    Ok(found)
}

/// Ends what is undecided; answers what stands there.
pub(crate) async fn decide(db: &Db, reference: AttemptId) -> Result<Option<Standing>, DbError> {
    Ok(standing(&db.write_one(&DECIDE, [reference.uuid().into()]).await?)?.pop())
}

fn standing(rows: &[sea_orm::QueryResult]) -> Result<Vec<Standing>, DbError> {
    Ok(rows.iter().map(|row| Standing::from_query_result(row, "")).collect::<Result<_, _>>()?)
}
