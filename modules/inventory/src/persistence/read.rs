//! What people and other modules read, outside a transaction.

use inventory_contract::Level;
use kernel::{DateTime, Limit, OrderId, Page, Sku, Utc};
use kernel_db::{Db, DbError};
use sea_orm::{QueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    below,
    hot::{CLAIM_COLUMNS, LEVEL_COLUMNS, read_claim, read_level},
    read_rows, read_sku, sku_rows,
};
use crate::domain::{Act, Claim, Delta, Entry, Kind, StockLevel};

/// A movement of a level, as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Movement {
    pub(crate) place: MovementPlace,
    pub(crate) entry: Entry,
    pub(crate) act: Act,
}

/// Where a movement stands among those of its SKU: the later, the greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct MovementPlace {
    /// When it was made. A commitment that is read from its claim stands with the hold.
    at: DateTime<Utc>,
    source: MovementSource,
}

type IsCommitment = bool;

/// What a movement is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum MovementSource {
    /// The hold of an order, or its commitment.
    Claim(OrderId, IsCommitment),
    Entry(i64),
}

impl std::fmt::Display for MovementSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Claim(order, false) => write!(f, "hold-{order}"),
            Self::Claim(order, true) => write!(f, "commit-{order}"),
            Self::Entry(id) => write!(f, "{id}"),
        }
    }
}

impl MovementPlace {
    pub(crate) const fn source(&self) -> MovementSource {
        self.source
    }
}

/// What can be sold of each of `skus`; a SKU without a level is left out.
pub(crate) async fn available(db: &Db, skus: &[Sku]) -> Result<Vec<Level>, DbError> {
    let sql = "SELECT sku, available FROM level WHERE sku IN (SELECT value ->> 0 FROM {rows})";
    let rows = read_rows(db, sql, [sku_rows(skus.iter())]).await?;
    let level = |row: &QueryResult| {
        Ok(Level { sku: read_sku(&row.try_get::<String>("", "sku")?)?, available: row.try_get("", "available")? })
    };
    rows.iter().map(level).collect()
}

pub(crate) async fn level(db: &Db, sku: &Sku) -> Result<Option<StockLevel>, DbError> {
    let sql = format!("SELECT {LEVEL_COLUMNS} FROM level WHERE sku = ?");
    read_rows(db, &sql, [sku.as_str().into()]).await?.first().map(read_level).transpose()
}

/// Levels by SKU, those with fewer than `below` units available.
pub(crate) async fn levels(
    db: &Db,
    below: Option<i64>,
    after: Option<String>,
    limit: Limit,
) -> Result<Page<StockLevel>, DbError> {
    let (after, rows) = (after.unwrap_or_default(), one_more(limit));
    let (sql, values): (String, Vec<Value>) = match below {
        None => {
            let sql = format!("SELECT {LEVEL_COLUMNS} FROM level WHERE sku > ? ORDER BY sku LIMIT ?");
            (sql, vec![after.into(), rows.into()])
        }
        Some(..=0) => return Ok(Page { items: Vec::new(), next_cursor: None }),
        Some(below) => {
            let part = [after.into(), below.into(), rows.into()];
            let sql = below::select(below);
            let parts = sql.matches('?').count() / part.len();
            let values = std::iter::repeat_n(part, parts).flatten().chain([rows.into()]).collect();
            (sql, values)
        }
    };
    let rows: Result<Vec<_>, _> = read_rows(db, &sql, values).await?.iter().map(read_level).collect();
    Ok(Page::cut(rows?, limit, |level| level.sku.clone()))
}

/// The movements of one SKU, the newest first: the entries of its ledger, and what is read from its claims.
pub(crate) async fn movements(
    db: &Db,
    sku: &Sku,
    before: Option<MovementPlace>,
    limit: Limit,
) -> Result<Page<Movement>, DbError> {
    let until = before.as_ref().map_or_else(end_of_time, |place| place.at);
    let mut movements = entries_of(db, sku, until, before.as_ref(), limit).await?;
    for claim in claims_of(db, sku, until, before.as_ref(), limit).await? {
        movements.extend(plain(&claim, sku));
    }
    movements.retain(|movement| before.as_ref().is_none_or(|before| movement.place < *before));
    movements.sort_by(|one, other| other.place.cmp(&one.place));
    Ok(Page::cut(movements, limit, |movement| movement.place.clone()))
}

/// Later than every movement. Times are compared as text in SQLite, so the year has four digits.
fn end_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or_default()
}

/// What is read of `sku` from a claim.
fn plain(claim: &Claim, sku: &Sku) -> impl Iterator<Item = Movement> {
    let of_sku = claim.plain_movements().into_iter().filter(|(_, entry)| entry.sku == *sku);
    let (order, at) = (claim.order, claim.made.at);
    of_sku.map(move |(act, entry)| {
        let source = MovementSource::Claim(order, entry.kind == Kind::Commit);
        Movement { place: MovementPlace { at, source }, entry, act }
    })
}

/// One page more than enough: entries of the ledger that are not newer than `until`. Of those made just then, the ones that
/// `before` has passed are left out.
async fn entries_of(
    db: &Db,
    sku: &Sku,
    until: DateTime<Utc>,
    before: Option<&MovementPlace>,
    limit: Limit,
) -> Result<Vec<Movement>, DbError> {
    let sql = "SELECT id, sku, kind, delta_on_hand, delta_held, delta_committed, order_id, reason, actor, at FROM ledger \
               WHERE sku = ? AND (at, id) <= (?, ?) ORDER BY at DESC, id DESC LIMIT ?";
    let last = match before.map(MovementPlace::source) {
        None => i64::MAX,
        Some(MovementSource::Entry(id)) => id.saturating_sub(1),
        Some(_) => 0, // Claims stand below the entries of their time.
    };
    let values = [sku.as_str().into(), until.into(), last.into(), one_more(limit).into()];
    read_rows(db, sql, values).await?.iter().map(entry).collect()
}

/// As [`entries_of`], for claims, whose hold and commitment are two movements.
async fn claims_of(
    db: &Db,
    sku: &Sku,
    until: DateTime<Utc>,
    before: Option<&MovementPlace>,
    limit: Limit,
) -> Result<Vec<Claim>, DbError> {
    let sql = format!(
        "SELECT {CLAIM_COLUMNS} FROM claim JOIN (SELECT claim_sku.order_id AS found FROM claim_sku \
         WHERE claim_sku.sku = ? AND (claim_sku.created_at, claim_sku.order_id) <= (?, ?) \
         ORDER BY claim_sku.created_at DESC, claim_sku.order_id DESC LIMIT ?) AS of_sku ON claim.order_id = of_sku.found \
         ORDER BY created_at DESC, order_id DESC"
    );
    let last = match before.map(MovementPlace::source) {
        Some(MovementSource::Claim(order, _)) => order.uuid(),
        _ => Uuid::max(),
    };
    let values = [sku.as_str().into(), until.into(), last.into(), (one_more(limit) + 1).into()];
    read_rows(db, &sql, values).await?.iter().map(read_claim).collect()
}

/// Claims, those of the newest orders first.
pub(crate) async fn claims(db: &Db, before: Option<OrderId>, limit: Limit) -> Result<Page<Claim>, DbError> {
    let sql = format!("SELECT {CLAIM_COLUMNS} FROM claim WHERE order_id < ? ORDER BY order_id DESC LIMIT ?");
    let before = before.map_or(Uuid::max(), OrderId::uuid);
    let rows = read_rows(db, &sql, [before.into(), one_more(limit).into()]).await?;
    let rows: Result<Vec<_>, _> = rows.iter().map(read_claim).collect();
    Ok(Page::cut(rows?, limit, |claim| claim.order))
}

/// The claim of one order.
pub(crate) async fn claim(db: &Db, order: OrderId) -> Result<Option<Claim>, DbError> {
    let sql = format!("SELECT {CLAIM_COLUMNS} FROM claim WHERE order_id = ?");
    read_rows(db, &sql, [order.uuid().into()]).await?.first().map(read_claim).transpose()
}

/// Orders whose holds lapsed before `now`, the oldest first.
pub(crate) async fn lapsed(db: &Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<OrderId>, DbError> {
    let sql = "SELECT order_id FROM claim WHERE status = 'held' AND until < ? ORDER BY until LIMIT ?";
    let rows = read_rows(db, sql, [now.into(), limit.into()]).await?;
    rows.iter().map(|row| Ok(OrderId::new(row.try_get("", "order_id")?))).collect()
}

fn one_more(limit: Limit) -> i64 {
    i64::try_from(limit.and_one()).unwrap_or(i64::MAX)
}

fn entry(row: &QueryResult) -> Result<Movement, DbError> {
    let kind: String = row.try_get("", "kind")?;
    let kind = Kind::parse(&kind).ok_or_else(|| DbError::corrupt("movement", kind))?;
    let at: DateTime<Utc> = row.try_get("", "at")?;
    let delta = Delta {
        on_hand: row.try_get("", "delta_on_hand")?,
        held: row.try_get("", "delta_held")?,
        committed: row.try_get("", "delta_committed")?,
    };
    Ok(Movement {
        place: MovementPlace { at, source: MovementSource::Entry(row.try_get("", "id")?) },
        entry: Entry {
            kind,
            order: row.try_get::<Option<Uuid>>("", "order_id")?.map(OrderId::new),
            sku: read_sku(&row.try_get::<String>("", "sku")?)?,
            delta,
            reason: row.try_get("", "reason")?,
        },
        act: Act { at, actor: row.try_get("", "actor")? },
    })
}
