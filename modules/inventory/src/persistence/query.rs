//! What people, other modules and checks read, outside a transaction.

use inventory_contract::Level;
use kernel::{DateTime, Limit, OrderId, Page, Sku, Utc};
use kernel_db::{Db, DbError, Rows as _, Sql, columns, rows};
use sea_orm::{
    ExprTrait as _, FromQueryResult, QueryOrder as _, QuerySelect as _, Value, entity::prelude::*, sea_query::Expr,
};
use serde::{Deserialize, Serialize};

use super::{
    below, convert,
    entity::{
        claim, ledger,
        level::{self, read_sku},
    },
    hot::sku_rows,
};
use crate::{
    ClaimSummary,
    domain::{Act, Claim, Entry, Kind, StockLevel},
};

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

pub(super) static AVAILABLE: Sql =
    Sql::new("inventory.available", || "SELECT sku, available FROM level WHERE sku IN {texts}".to_owned());

#[derive(FromQueryResult)]
struct Available {
    sku: String,
    available: i64,
}

/// What can be sold of each of `skus`; a SKU without a level is left out.
pub(crate) async fn available(db: &Db, skus: &[Sku]) -> Result<Vec<Level>, DbError> {
    let rows = db.all::<Available>(&AVAILABLE, [sku_rows(skus.iter())]).await?;
    rows.iter().map(|row| Ok(Level { sku: read_sku(&row.sku)?, available: row.available })).collect()
}

pub(crate) async fn level(db: &Db, sku: &Sku) -> Result<Option<StockLevel>, DbError> {
    level::Entity::find_by_id(sku.as_str()).one(db.reader()).await?.map(TryInto::try_into).transpose()
}

/// Levels by SKU, those with fewer than `below` units available.
pub(crate) async fn levels(
    db: &Db,
    below: Option<i64>,
    after: Option<String>,
    limit: Limit,
) -> Result<Page<StockLevel>, DbError> {
    let (after, rows) = (after.unwrap_or_default(), limit.and_one());
    let rows: Vec<level::Model> = match below {
        None => level::Entity::find().cursor_by(level::Column::Sku).after(after).first(rows).all(db.reader()).await?,
        Some(..=0) => Vec::new(),
        Some(below) => {
            let (sql, rows) = (below::select(below), one_more(limit));
            let part: [Value; 3] = [after.into(), below.into(), rows.into()];
            let parts = sql.matches('?').count() / part.len();
            db.all(&sql, std::iter::repeat_n(part, parts).flatten().chain([rows.into()])).await?
        }
    };
    Ok(Page::cut(convert(rows)?, limit, |level: &StockLevel| level.sku.clone()))
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
    for claim in claims_of_sku(db, sku, until, before.as_ref(), limit).await? {
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
    let last = match before.map(MovementPlace::source) {
        None => i64::MAX,
        Some(MovementSource::Entry(id)) => id.saturating_sub(1),
        Some(_) => 0, // Claims stand below the entries of their time.
    };
    // As one comparison of rows, which an index can answer; a cursor would write two.
    let place = Expr::tuple([Expr::col(ledger::Column::At), Expr::col(ledger::Column::Id)]);
    let rows = ledger::Entity::find()
        .filter(ledger::Column::Sku.eq(sku.as_str()))
        .filter(place.lte(Expr::tuple([until.into(), last.into()])))
        .order_by_desc(ledger::Column::At)
        .order_by_desc(ledger::Column::Id)
        .limit(limit.and_one())
        .all(db.reader())
        .await?;
    rows.into_iter().map(movement).collect()
}

fn movement(row: ledger::Model) -> Result<Movement, DbError> {
    let place = MovementPlace { at: row.at, source: MovementSource::Entry(row.id) };
    let (act, entry) = row.try_into()?;
    Ok(Movement { place, entry, act })
}

pub(super) static CLAIMS_OF_SKU: Sql = Sql::new("inventory.claims-of-sku", || {
    format!(
        "SELECT {columns} FROM claim JOIN (SELECT claim_sku.order_id AS found FROM claim_sku \
         WHERE claim_sku.sku = ? AND (claim_sku.created_at, claim_sku.order_id) <= (?, ?) \
         ORDER BY claim_sku.created_at DESC, claim_sku.order_id DESC LIMIT ?) AS of_sku \
         ON claim.order_id = of_sku.found ORDER BY created_at DESC, order_id DESC",
        columns = columns::<claim::Entity>()
    )
});

/// As [`entries_of`], for claims, whose hold and commitment are two movements.
async fn claims_of_sku(
    db: &Db,
    sku: &Sku,
    until: DateTime<Utc>,
    before: Option<&MovementPlace>,
    limit: Limit,
) -> Result<Vec<Claim>, DbError> {
    let last = match before.map(MovementPlace::source) {
        Some(MovementSource::Claim(order, _)) => order.uuid(),
        _ => Uuid::max(),
    };
    let values = [sku.as_str().into(), until.into(), last.into(), (one_more(limit) + 1).into()];
    convert(db.all::<claim::Model>(&CLAIMS_OF_SKU, values).await?)
}

/// Claims, those of the newest orders first.
pub(crate) async fn claims(db: &Db, before: Option<OrderId>, limit: Limit) -> Result<Page<Claim>, DbError> {
    let rows = newest(db, before, limit.and_one()).await?;
    Ok(Page::cut(convert(rows)?, limit, |claim: &Claim| claim.order))
}

/// As [`claims`], for a check.
pub(crate) async fn claims_before(db: &Db, before: Option<OrderId>, limit: u64) -> Result<Vec<ClaimSummary>, DbError> {
    Ok(newest(db, before, limit).await?.into_iter().map(Into::into).collect())
}

async fn newest(db: &Db, before: Option<OrderId>, limit: u64) -> Result<Vec<claim::Model>, DbError> {
    let mut claims = claim::Entity::find().cursor_by(claim::Column::OrderId);
    if let Some(before) = before {
        claims.after(before.uuid());
    }
    Ok(claims.desc().first(limit).all(db.reader()).await?)
}

/// The claim of one order.
pub(crate) async fn claim(db: &Db, order: OrderId) -> Result<Option<Claim>, DbError> {
    claim::Entity::find_by_id(order.uuid()).one(db.reader()).await?.map(TryInto::try_into).transpose()
}

pub(super) static CLAIMS_OF: Sql = Sql::new("inventory.claims-of", || {
    format!("SELECT {} FROM claim WHERE order_id IN {{ids}}", claim::Model::columns())
});

pub(crate) async fn claims_of(db: &Db, orders: &[OrderId]) -> Result<Vec<ClaimSummary>, DbError> {
    let claims = db.all::<claim::Model>(&CLAIMS_OF, [rows::ids(orders.iter().copied())]).await?;
    Ok(claims.into_iter().map(Into::into).collect())
}

/// In the order of the primary key, whatever that is: pages, not ranges, are what is asked for.
pub(crate) async fn skus_after(db: &Db, after: Option<&Sku>, limit: u64) -> Result<Vec<Sku>, DbError> {
    let mut levels = level::Entity::find().cursor_by(level::Column::Sku);
    let levels = levels.after(after.map_or("", Sku::as_str)).first(limit).all(db.reader()).await?;
    levels.iter().map(|level| read_sku(&level.sku)).collect()
}

/// The status is a part of the text, as it is of the index.
pub(super) static LAPSED: Sql = Sql::new("inventory.lapsed", || {
    "SELECT order_id FROM claim WHERE status = 'held' AND until < ? ORDER BY until LIMIT ?".to_owned()
});

#[derive(FromQueryResult)]
struct Lapsed {
    order_id: Uuid,
}

/// Orders whose holds lapsed before `now`, the oldest first.
pub(crate) async fn lapsed(db: &Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<OrderId>, DbError> {
    let rows = db.all::<Lapsed>(&LAPSED, [now.into(), limit.into()]).await?;
    Ok(rows.iter().map(|row| OrderId::new(row.order_id)).collect())
}

fn one_more(limit: Limit) -> i64 {
    i64::try_from(limit.and_one()).unwrap_or(i64::MAX)
}
