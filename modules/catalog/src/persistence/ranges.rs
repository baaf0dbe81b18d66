//! Keeps [`crate::domain::ranges`]: `search_part` has where the lists are cut, `search_hint` what is in their parts, and
//! `search_map` says which generation of them is used and which is being made.
//!
//! A writer notes what it writes in the same transaction, for both. A new generation is announced before the products
//! are read for it, and only when no transaction is open that has not heard of it. So nothing is missing in the end.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use kernel_db::{Db, DbError, Dialect, Tx, dialect};
use sea_orm::{QueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

use super::{bulk::Insert, index::Entry, read};
use crate::domain::{
    listing::Key,
    ranges::{Cut, List, MOST, Parts, hints},
    terms,
};

/// A smaller catalog is searched well enough without. Tests have smaller ones.
const SMALLEST: i64 = if cfg!(test) { 40 } else { 50_000 };

/// A part has at least this many products when a list is cut.
const SHORTEST: i64 = if cfg!(test) { 5 } else { 500 };

/// Products that are read at a time when a generation is made.
const BATCH: i64 = if cfg!(test) { 30 } else { 1_000 };

/// Hints that one transaction writes.
const WRITTEN: usize = 500;

/// By term, what is known of it in each list.
type Hints<'a> = HashMap<Cow<'a, str>, Vec<Parts>>;

/// What `search_map` says.
#[derive(Debug, Clone, Copy)]
struct Map {
    /// 0 while there is none.
    ready: i64,
    building: i64,
    /// About how many products there were when it was made.
    products: i64,
}

impl Map {
    const SQL: &'static str = "SELECT ready, building, products FROM search_map";

    fn of(rows: &[QueryResult]) -> Result<Self, DbError> {
        let row = rows.first().ok_or_else(|| DbError::corrupt("search_map", "it has no row"))?;
        Ok(Self {
            ready: row.try_get_by_index(0)?,
            building: row.try_get_by_index(1)?,
            products: row.try_get_by_index(2)?,
        })
    }
}

/// Notes where the listed ones of `entries` stand.
pub(crate) async fn note(tx: &Tx, entries: &[Entry<'_>]) -> Result<(), DbError> {
    if entries.iter().all(|entry| !entry.facets.listed) {
        return Ok(());
    }
    let shared = match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR SHARE",
    };
    let map = Map::of(&tx.rows(&format!("{}{shared}", Map::SQL), []).await?)?;
    if (map.ready, map.building) == (0, 0) {
        return Ok(());
    }
    let cuts = cuts(&tx.rows(CUTS, [map.ready.into(), map.building.into()]).await?)?;
    let mut found = Hints::new();
    for entry in entries.iter().filter(|entry| entry.facets.listed) {
        let parts: Vec<usize> = cuts.iter().map(|cut| cut.part_of(&cut.list.key(entry.facets))).collect();
        for hint in hints(entry.facets) {
            add(&mut found, hint, &parts);
        }
    }
    write(tx, &cuts, found).await
}

fn add<'a>(found: &mut Hints<'a>, hint: Cow<'a, str>, parts: &[usize]) {
    let known = found.entry(hint).or_insert_with(|| vec![Parts::default(); parts.len()]);
    for (known, &part) in known.iter_mut().zip(parts) {
        known.add(part);
    }
}

const CUTS: &str = "SELECT generation, list, low_name, low_price FROM search_part WHERE generation IN (?, ?) \
                    ORDER BY generation, list, part";

fn cuts(rows: &[QueryResult]) -> Result<Vec<Cut>, DbError> {
    let mut cuts: BTreeMap<(i64, i64), Vec<Key>> = BTreeMap::new();
    for row in rows {
        let name: Option<String> = row.try_get_by_index(2)?;
        let low = match name {
            Some(name) => Key::Text(name),
            None => Key::Number(row.try_get_by_index(3)?),
        };
        cuts.entry((row.try_get_by_index(0)?, row.try_get_by_index(1)?)).or_default().push(low);
    }
    let cut = |((generation, number), lows)| {
        let list = List::ALL.into_iter().find(|list| list.number() == number)?;
        Some(Cut { generation, list, lows })
    };
    Ok(cuts.into_iter().filter_map(cut).collect())
}

/// A hint as it is looked up.
#[derive(Debug, Serialize)]
struct Wanted<'a>(i64, i64, &'a str);

const KNOWN: &str = "SELECT h.generation, h.list, h.term, h.b0, h.b1, h.b2, h.b3, h.b4, h.b5, h.b6, h.b7 \
    FROM {rows} AS wanted JOIN search_hint h ON h.generation = CAST(wanted.value ->> 0 AS bigint) \
    AND h.list = CAST(wanted.value ->> 1 AS bigint) AND h.term = wanted.value ->> 2";

const HINT: Insert = Insert {
    head: "INSERT INTO search_hint (generation, list, term, b0, b1, b2, b3, b4, b5, b6, b7)",
    width: 11,
    tail: "ON CONFLICT (generation, list, term) DO UPDATE SET b0 = search_hint.b0 | excluded.b0, \
           b1 = search_hint.b1 | excluded.b1, b2 = search_hint.b2 | excluded.b2, b3 = search_hint.b3 | excluded.b3, \
           b4 = search_hint.b4 | excluded.b4, b5 = search_hint.b5 | excluded.b5, b6 = search_hint.b6 | excluded.b6, \
           b7 = search_hint.b7 | excluded.b7",
};

/// Writes what is not known yet, in one order, so that two writers do not wait for each other.
async fn write(tx: &Tx, cuts: &[Cut], found: Hints<'_>) -> Result<(), DbError> {
    let mut rows: BTreeMap<(i64, i64, &str), Parts> = BTreeMap::new();
    for (term, each) in &found {
        rows.extend(cuts.iter().zip(each).map(|(cut, &parts)| ((cut.generation, cut.list.number(), &**term), parts)));
    }
    let wanted: Vec<Wanted<'_>> = rows.keys().map(|&(generation, list, term)| Wanted(generation, list, term)).collect();
    let mut known: HashMap<(i64, i64, String), Parts> = HashMap::new();
    for row in tx.rows(KNOWN, [dialect::rows(&wanted)]).await? {
        known.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?), parts(&row, 3)?);
    }
    rows.retain(|&(generation, list, term), parts| {
        known.get(&(generation, list, term.to_owned())).is_none_or(|known| !known.has_all_of(*parts))
    });
    let mut values: Vec<Value> = Vec::with_capacity(rows.len() * HINT.width);
    for ((generation, list, term), parts) in rows {
        values.extend([generation.into(), list.into(), term.into()]);
        values.extend(parts.columns().map(Value::from));
    }
    HINT.run(tx, values).await?;
    Ok(())
}

fn parts(row: &QueryResult, first: usize) -> Result<Parts, DbError> {
    let mut columns = [0; Parts::COLUMNS];
    for (index, column) in columns.iter_mut().enumerate() {
        *column = row.try_get_by_index(first + index)?;
    }
    Ok(Parts::of_columns(columns))
}

/// Whether the catalog has grown so much that its lists should be cut afresh.
pub(crate) async fn is_due(db: &Db) -> Result<bool, DbError> {
    let map = Map::of(&read(db, Map::SQL, []).await?)?;
    let products = products(db).await?;
    Ok(products >= SMALLEST && (map.ready == 0 || products / 2 >= map.products))
}

/// About how many products there are.
pub(crate) async fn products(db: &Db) -> Result<i64, DbError> {
    let rows = read(db, "SELECT COALESCE(MAX(number), 0) FROM search_doc", []).await?;
    let row = rows.first().ok_or_else(|| DbError::corrupt("search_doc", "no count"))?;
    Ok(row.try_get_by_index(0)?)
}

/// Makes a new generation and has it used. The products must all be indexed.
pub(crate) async fn build(db: &Db) -> Result<(), DbError> {
    let (map, products) = (Map::of(&read(db, Map::SQL, []).await?)?, products(db).await?);
    let generation = map.ready.max(map.building) + 1;
    let cuts = &cut(db, generation, products).await?;
    let announce = |tx: Tx| async move {
        tx.run("UPDATE search_map SET building = ?", [generation.into()]).await?;
        let rows =
            cuts.iter().flat_map(|cut| (0_i64..).zip(&cut.lows).map(move |(part, low)| part_row(cut, part, low)));
        PART.run(&tx, rows.flatten().collect()).await?;
        Ok::<_, DbError>(())
    };
    db.transact(announce).await?;
    let found = scan(db, cuts).await?;
    let mut found: Vec<_> = found.into_iter().collect();
    while !found.is_empty() {
        let some = &found.split_off(found.len().saturating_sub(WRITTEN));
        db.transact(|tx| async move { write(&tx, cuts, some.iter().cloned().collect()).await }).await?;
    }
    let use_it = |tx: Tx| async move {
        let sql = "UPDATE search_map SET ready = ?, building = 0, products = ?";
        tx.run(sql, [generation.into(), products.into()]).await?;
        Ok::<_, DbError>(())
    };
    db.transact(use_it).await?;
    forget_before(db, generation).await
}

const PART: Insert = Insert {
    head: "INSERT INTO search_part (generation, list, part, low_name, low_price)",
    width: 5,
    tail: "ON CONFLICT (generation, list, part) DO NOTHING",
};

fn part_row(cut: &Cut, part: i64, low: &Key) -> [Value; 5] {
    let (name, price) = match low {
        Key::Text(name) => (Some(name.as_str()), None),
        Key::Number(price) => (None, Some(*price)),
        Key::None => (None, None),
    };
    [cut.generation.into(), cut.list.number().into(), part.into(), name.into(), price.into()]
}

/// Steps along each list.
async fn cut(db: &Db, generation: i64, products: i64) -> Result<Vec<Cut>, DbError> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let step = (products / most).max(SHORTEST) + 1;
    let mut cuts = Vec::new();
    for list in List::ALL {
        let column = match list {
            List::Name => "title_key",
            List::Price => "price",
        };
        let mut lows: Vec<Key> = Vec::new();
        while lows.len() + 1 < MOST {
            let (beyond, values) = match lows.last() {
                Some(low) => (format!(" AND {column} > ?"), vec![super::wanted::value(low)]),
                None => (String::new(), Vec::new()),
            };
            let sql = format!(
                "SELECT {column} FROM product WHERE status = 'active'{beyond} ORDER BY {column}, id LIMIT 1 OFFSET {step}"
            );
            let Some(row) = read(db, &sql, values).await?.pop() else { break };
            lows.push(match list {
                List::Name => Key::Text(row.try_get_by_index(0)?),
                List::Price => Key::Number(row.try_get_by_index(0)?),
            });
        }
        cuts.push(Cut { generation, list, lows });
    }
    Ok(cuts)
}

/// Reads every listed product.
async fn scan(db: &Db, cuts: &[Cut]) -> Result<Hints<'static>, DbError> {
    let sql = "SELECT id, title_key, price, words, categories FROM product WHERE status = 'active' AND id > ? \
               ORDER BY id LIMIT ?";
    let (mut found, mut after) = (Hints::new(), Uuid::nil());
    loop {
        let rows = read(db, sql, [after.into(), BATCH.into()]).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = last.try_get_by_index(0)?;
        for row in &rows {
            let (name, price) = (Key::Text(row.try_get_by_index(1)?), Key::Number(row.try_get_by_index(2)?));
            let part = |cut: &Cut| match cut.list {
                List::Name => cut.part_of(&name),
                List::Price => cut.part_of(&price),
            };
            let parts: Vec<usize> = cuts.iter().map(part).collect();
            let (words, categories): (String, String) = (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
            for hint in words.split_whitespace().flat_map(terms::short_beginnings) {
                match found.get_mut(hint) {
                    Some(known) => known.iter_mut().zip(&parts).for_each(|(known, &part)| known.add(part)),
                    None => add(&mut found, Cow::Owned(hint.to_owned()), &parts),
                }
            }
            let categories: Vec<i64> =
                serde_json::from_str(&categories).map_err(|error| DbError::corrupt("product", error))?;
            for number in categories {
                add(&mut found, Cow::Owned(terms::category(number)), &parts);
            }
        }
        tokio::task::yield_now().await;
    }
}

/// Removes older generations, some rows at a time.
async fn forget_before(db: &Db, generation: i64) -> Result<(), DbError> {
    let hints = "DELETE FROM search_hint WHERE generation < ? AND term IN \
                 (SELECT term FROM search_hint WHERE generation < ? ORDER BY generation, list, term LIMIT 500)";
    while db.transact(|tx| async move { tx.run(hints, [generation.into(), generation.into()]).await }).await? > 0 {}
    db.transact(|tx| async move { tx.run("DELETE FROM search_part WHERE generation < ?", [generation.into()]).await })
        .await?;
    Ok(())
}

/// Where products with all of `terms`, and with one of `any` if there are some, can be in `list`; `None` while that is not
/// known.
pub(crate) async fn parts_with(
    db: &Db,
    list: List,
    terms: &[&str],
    any: &[String],
) -> Result<Option<(Cut, Parts)>, DbError> {
    let generation = Map::of(&read(db, Map::SQL, []).await?)?.ready;
    let wanted: Vec<Wanted<'_>> = terms
        .iter()
        .copied()
        .chain(any.iter().map(String::as_str))
        .map(|term| Wanted(generation, list.number(), term))
        .collect();
    let mut known: HashMap<String, Parts> = HashMap::new();
    for row in read(db, KNOWN, [dialect::rows(&wanted)]).await? {
        known.insert(row.try_get_by_index(2)?, parts(&row, 3)?);
    }
    let cut =
        cuts(&read(db, CUTS, [generation.into(), generation.into()]).await?)?.into_iter().find(|cut| cut.list == list);
    // What was read is whole if it is in use still: only then is it removed.
    let now = Map::of(&read(db, Map::SQL, []).await?)?.ready;
    let Some(cut) = cut.filter(|_| now == generation) else { return Ok(None) };
    let of = |term: &str| known.get(term).copied().unwrap_or_default();
    let mut parts = terms.iter().map(|term| of(term)).fold(Parts::all(), Parts::and);
    if !any.is_empty() {
        parts = parts.and(any.iter().map(|term| of(term)).fold(Parts::default(), Parts::or));
    }
    Ok(Some((cut, parts)))
}
