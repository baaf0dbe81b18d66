//! What every order needs: claims and levels are loaded for many commands at once, and saved for all of them.
//!
//! Claims are locked in the order of their orders, and before any level; levels in the order of their SKUs.

use std::collections::{BTreeMap, HashMap};

use inventory_contract::InventoryEvent;
use kernel::{CallContext, DateTime, OrderId, Sku, Utc};
use kernel_db::{Cause, Db, DbError, Rows, Sql, Tx, Write, guard, outbox, rows};
use sea_orm::{FromQueryResult, Value};

use super::{
    convert,
    entity::{
        claim::{self, LINE_OUTSTANDING, LINE_SKU},
        claim_sku, level,
    },
};
use crate::domain::{Act, Claim, Delta, Entry, Holding, StockLevel};

/// Who moves stock, and what led to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Note {
    pub(crate) actor: String,
    pub(crate) cause: Cause,
}

impl Note {
    pub(crate) fn of(cx: &CallContext) -> Self {
        Self { actor: cx.principal.label(), cause: Cause::from(cx) }
    }
}

pub(super) static LOCK_CLAIMS: Sql = Sql::new("inventory.lock-claims", || {
    let columns = claim::Model::columns();
    format!("SELECT {columns} FROM claim WHERE order_id IN {{ids}} ORDER BY order_id {{for_update}}")
});

/// The claims of `orders` that there are, locked until the transaction ends.
pub(crate) async fn lock_claims(tx: &Tx, orders: impl Iterator<Item = OrderId> + Send) -> Result<Vec<Claim>, DbError> {
    convert(tx.all::<claim::Model>(&LOCK_CLAIMS, [rows::ids(orders)]).await?)
}

pub(super) static LOCK_LEVELS: Sql = Sql::new("inventory.lock-levels", || {
    let columns = level::Model::columns();
    format!("SELECT {columns} FROM level WHERE sku IN {{texts}} ORDER BY sku {{for_update}}")
});

/// The levels of `skus` that there are, locked until the transaction ends.
pub(crate) async fn lock_levels<'a>(
    tx: &Tx,
    skus: impl Iterator<Item = &'a Sku> + Send,
) -> Result<Vec<StockLevel>, DbError> {
    convert(tx.all::<level::Model>(&LOCK_LEVELS, [sku_rows(skus)]).await?)
}

/// What open holds hold. Reads every open hold: there are few, because a hold is soon committed or given back.
pub(super) static HOLDINGS: Sql = Sql::new("inventory.holdings", || {
    format!(
        "SELECT {LINE_SKU} AS sku, CAST(SUM({LINE_OUTSTANDING}) AS bigint) AS held, \
         CAST(SUM(CASE WHEN claim.unpaid = 1 THEN {LINE_OUTSTANDING} ELSE 0 END) AS bigint) AS unpaid \
         FROM claim, {{each}}(claim.lines) AS line WHERE claim.status = 'held' AND {LINE_SKU} IN {{texts}} \
         GROUP BY {LINE_SKU}"
    )
});

#[derive(FromQueryResult)]
struct OpenHolds {
    sku: String,
    held: i64,
    unpaid: i64,
}

/// What open holds hold of `skus`. The levels are to be locked: then it stays so.
pub(crate) async fn holdings_in<'a>(
    tx: &Tx,
    skus: impl Iterator<Item = &'a Sku> + Send,
) -> Result<HashMap<Sku, Holding>, DbError> {
    tx.all(&HOLDINGS, [sku_rows(skus)]).await?.into_iter().map(read_holding).collect()
}

/// As [`holdings_in`], outside a transaction.
pub(crate) async fn holdings<'a>(
    db: &Db,
    skus: impl Iterator<Item = &'a Sku> + Send,
) -> Result<HashMap<Sku, Holding>, DbError> {
    db.all(&HOLDINGS, [sku_rows(skus)]).await?.into_iter().map(read_holding).collect()
}

fn read_holding(OpenHolds { sku, held, unpaid }: OpenHolds) -> Result<(Sku, Holding), DbError> {
    Ok((level::read_sku(&sku)?, Holding { held, unpaid }))
}

/// What a unit of work has changed.
#[derive(Debug, Default)]
pub(crate) struct Changes<'a> {
    pub(crate) made: Vec<&'a Claim>,
    pub(crate) changed: Vec<&'a Claim>,
    /// What each level moves by, and how many events its stream has got.
    pub(crate) levels: BTreeMap<&'a Sku, (Delta, i64)>,
    /// Movements that no claim tells.
    pub(crate) entries: Vec<(Act, Entry)>,
    pub(crate) events: Vec<(&'a Cause, i64, InventoryEvent)>,
}

pub(super) static MAKE_CLAIMS: Sql = Sql::new("inventory.make-claims", || claim::Model::insert("claim"));

pub(super) static CHANGE_CLAIMS: Sql = Sql::new("inventory.change-claims", || {
    let (changed, set) = (claim::Model::with("changed"), claim::Model::set("changed"));
    format!("{changed} UPDATE claim SET {set} FROM changed WHERE claim.order_id = changed.order_id")
});

pub(super) static FIND_BY_SKU: Sql = Sql::new("inventory.find-by-sku", || claim_sku::Model::insert("claim_sku"));

/// What a level moves by. `told` are the events of its stream.
#[derive(Rows)]
struct MovedLevel<'a> {
    sku: &'a Sku,
    on_hand: i64,
    available: i64,
    told: i64,
}

/// No level is taken below nothing. The table's CHECK stands below this condition.
const CONDITION: &str = " AND level.available + moved.available >= 0";

pub(super) static MOVE_LEVELS: Sql = Sql::new("inventory.move-levels", || {
    format!(
        "{moved} UPDATE level SET on_hand = level.on_hand + moved.on_hand, \
         available = level.available + moved.available, version = level.version + moved.told \
         FROM moved WHERE level.sku = moved.sku{CONDITION}",
        moved = MovedLevel::with("moved")
    )
});

/// A movement that no claim tells. The database counts up its id.
#[derive(Rows)]
struct NewEntry<'a> {
    sku: &'a Sku,
    kind: &'static str,
    delta_on_hand: i64,
    delta_held: i64,
    delta_committed: i64,
    order_id: Option<OrderId>,
    reason: Option<&'a str>,
    actor: &'a str,
    at: DateTime<Utc>,
}

pub(super) static ENTER: Sql = Sql::new("inventory.enter", || NewEntry::insert("ledger"));

/// Writes what a unit of work has changed, in one round trip, and publishes its events.
///
/// # Errors
///
/// [`DbError::Overtaken`], at the latest with the commit, when a level has fewer units than are taken. Nothing is kept then.
pub(crate) async fn save(tx: &Tx, changes: &Changes<'_>) -> Result<(), DbError> {
    let mut writes = Vec::new();
    let moving = changes.levels.len();
    if moving > 0 {
        let moved = [MovedLevel::bind(changes.levels.iter().map(moved_level))];
        let unguarded = guard::sabotaged("stock.condition").then(|| MOVE_LEVELS.source().replace(CONDITION, ""));
        let write = match unguarded {
            None => Write::new(&MOVE_LEVELS, moved),
            Some(sql) => Write::new(sql, moved),
        };
        writes.push(write.changing(moving));
    }
    writes.extend(write(&MAKE_CLAIMS, changes.made.iter().map(|claim| claim::Model::from(*claim))));
    writes.extend(write(&FIND_BY_SKU, changes.made.iter().flat_map(|claim| claim_sku::Model::of(claim))));
    writes.extend(write(&CHANGE_CLAIMS, changes.changed.iter().map(|claim| claim::Model::from(*claim))));
    writes.extend(write(&ENTER, changes.entries.iter().map(new_entry)));
    let events: Vec<_> = changes.events.iter().map(|(cause, version, event)| (*cause, *version, event)).collect();
    outbox::publish_all(tx, &events)?;
    if writes.is_empty() {
        return Ok(());
    }
    tx.save(writes).await
}

pub(super) static INTRODUCE: Sql = Sql::new("inventory.introduce", || {
    format!("{} ON CONFLICT (sku) DO NOTHING RETURNING sku", level::Model::insert("level"))
});

#[derive(FromQueryResult)]
struct Introduced {
    sku: String,
}

/// Makes levels for SKUs that have none; answers which these were.
pub(crate) async fn introduce(tx: &Tx, opening: &[(Sku, i64)], threshold: i64) -> Result<Vec<Sku>, DbError> {
    let levels = opening.iter().map(|(sku, units)| level::Model {
        sku: sku.as_str().to_owned(),
        on_hand: *units,
        available: *units,
        low_stock_threshold: threshold,
        version: 0,
    });
    let made = tx.all::<Introduced>(&INTRODUCE, [level::Model::bind(levels)]).await?;
    made.iter().map(|made| level::read_sku(&made.sku)).collect()
}

/// A statement that has nothing to do without rows.
fn write<R: Rows>(sql: &'static Sql, rows: impl Iterator<Item = R>) -> Option<Write> {
    let mut rows = rows.peekable();
    rows.peek().is_some().then(|| Write::new(sql, [R::bind(rows)]))
}

fn moved_level<'a>((sku, (delta, told)): (&&'a Sku, &(Delta, i64))) -> MovedLevel<'a> {
    MovedLevel { sku, on_hand: delta.on_hand, available: delta.available(), told: *told }
}

fn new_entry((act, entry): &(Act, Entry)) -> NewEntry<'_> {
    let Delta { on_hand, held, committed } = entry.delta;
    NewEntry {
        sku: &entry.sku,
        kind: entry.kind.as_str(),
        delta_on_hand: on_hand,
        delta_held: held,
        delta_committed: committed,
        order_id: entry.order,
        reason: entry.reason.as_deref(),
        actor: &act.actor,
        at: act.at,
    }
}

pub(super) fn sku_rows<'a>(skus: impl Iterator<Item = &'a Sku>) -> Value {
    rows::texts(skus.map(Sku::as_str))
}
