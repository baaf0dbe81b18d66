//! The statements, put together from pieces that both databases share.
//!
//! SQLite runs them one after the other. Postgres, where each is a round trip, takes them as one: its
//! data-modifying CTEs hand their rows on, so nothing is locked before the hold row is written, and levels are
//! locked in the order of SKUs.

/// What `level.low` says of a level that the last movement took below its threshold.
pub(super) const JUST_FELL: i64 = 2;

macro_rules! condition {
    () => {
        " AND level.available + change.available >= 0"
    };
}

/// No level is taken below nothing.
pub(super) const CONDITION: &str = condition!();

/// The movements, from one bound value.
macro_rules! entry {
    ($from:expr) => {
        concat!(
            "entry AS (SELECT value ->> 0 AS sku, value ->> 1 AS kind, CAST(value ->> 2 AS bigint) AS on_hand, \
             CAST(value ->> 3 AS bigint) AS held, CAST(value ->> 4 AS bigint) AS committed, \
             {id}(value ->> 5) AS order_id, value ->> 6 AS reason, value ->> 7 AS actor FROM ",
            $from,
            ")"
        )
    };
}

macro_rules! summed {
    () => {
        "SELECT sku, CAST(SUM(on_hand) AS bigint) AS on_hand, CAST(SUM(held) AS bigint) AS held, \
         CAST(SUM(committed) AS bigint) AS committed, CAST(SUM(on_hand - held - committed) AS bigint) AS available \
         FROM entry GROUP BY sku"
    };
}

/// As `summed`, with the levels locked.
macro_rules! locked {
    () => {
        concat!(
            "SELECT summed.* FROM (",
            summed!(),
            ") AS summed JOIN level ON level.sku = summed.sku ORDER BY level.sku FOR UPDATE OF level"
        )
    };
}

/// `low` and `version` notice a crossing here, so that the ordinary movement pays nothing for it.
macro_rules! move_levels {
    () => {
        concat!(
            "UPDATE level SET on_hand = level.on_hand + change.on_hand, held = level.held + change.held, \
             committed = level.committed + change.committed, available = level.available + change.available, \
             low = CASE WHEN level.available + change.available >= level.low_stock_threshold THEN 0 \
             WHEN level.low = 0 THEN 2 ELSE 1 END, \
             version = level.version + CASE WHEN level.low = 0 \
             AND level.available + change.available < level.low_stock_threshold THEN 1 ELSE 0 END \
             FROM change WHERE level.sku = change.sku",
            condition!(),
            " RETURNING level.low, level.sku, level.available, level.low_stock_threshold, level.version"
        )
    };
}

macro_rules! write_ledger {
    () => {
        "INSERT INTO ledger (sku, kind, delta_on_hand, delta_held, delta_committed, order_id, reason, actor, at) \
         SELECT sku, kind, on_hand, held, committed, order_id, reason, COALESCE(actor, ?), ? FROM entry"
    };
}

pub(super) const SQLITE_LEVELS: &str =
    concat!("WITH ", entry!("{rows}"), ", change AS (", summed!(), ") ", move_levels!());

/// On either database.
pub(super) const LEDGER: &str = concat!("WITH ", entry!("{rows}"), " ", write_ledger!());

pub(super) const POSTGRES: &str = concat!(
    "WITH ",
    entry!("{rows}"),
    ", change AS (",
    locked!(),
    "), moved AS (",
    move_levels!(),
    "), written AS (",
    write_ledger!(),
    ") SELECT * FROM moved"
);

/// The same for a hold that nobody has heard of yet; without a fresh hold row there are no entries.
pub(super) const POSTGRES_TAKE: &str = concat!(
    "WITH fresh AS (INSERT INTO hold (order_id, status, until, version, created_at) VALUES (?, 'held', ?, 0, ?) \
     ON CONFLICT (order_id) DO NOTHING RETURNING order_id), ",
    entry!("fresh, {rows}"),
    ", change AS (",
    locked!(),
    "), moved AS (",
    move_levels!(),
    "), line AS (INSERT INTO hold_line (order_id, sku, quantity, outstanding) \
     SELECT order_id, sku, held, held FROM entry), written AS (",
    write_ledger!(),
    ") SELECT * FROM moved"
);
