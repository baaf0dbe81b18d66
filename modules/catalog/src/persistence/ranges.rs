//! Keeps [`crate::domain::ranges`]: `search_part` has where the lists are cut, `search_hint` what is in their parts, and
//! `search_map` says which generation of them is used and which is being made.
//!
//! A writer notes what it writes in the same transaction, for both. A new generation is announced before the products
//! are read for it, and only when no transaction is open that has not heard of it. So nothing is missing in the end.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use kernel_db::{Db, DbError, Rows, Sql, Tx, columns};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{Set, Unchanged},
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::{
    entity::{search_doc, search_hint, search_map, search_part},
    index::Entry,
};
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

async fn map(db: &Db) -> Result<search_map::Model, DbError> {
    known(search_map::Entity::find().one(db.reader()).await?)
}

fn known(map: Option<search_map::Model>) -> Result<search_map::Model, DbError> {
    map.ok_or_else(|| DbError::corrupt("search_map", "it has no row"))
}

/// Nothing but what is [`Set`], in the one row.
fn change() -> search_map::ActiveModel {
    search_map::ActiveModel { one: Unchanged(1), ..Default::default() }
}

/// Notes where the listed ones of `entries` stand.
pub(crate) async fn note(tx: &Tx, entries: &[Entry<'_>]) -> Result<(), DbError> {
    if entries.iter().all(|entry| !entry.facets.listed) {
        return Ok(());
    }
    // No other transaction changes it until this one ends. On SQLite there is one writer anyway.
    let map = known(search_map::Entity::find().lock_shared().one(tx).await?)?;
    if (map.ready, map.building) == (0, 0) {
        return Ok(());
    }
    let cuts = cuts(tx, [map.ready, map.building]).await?;
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

async fn cuts(
    connection: &impl ConnectionTrait,
    generations: impl IntoIterator<Item = i64>,
) -> Result<Vec<Cut>, DbError> {
    let parts = search_part::Entity::find()
        .filter(search_part::Column::Generation.is_in(generations))
        .order_by_asc(search_part::Column::Generation)
        .order_by_asc(search_part::Column::List)
        .order_by_asc(search_part::Column::Part);
    let mut cuts: BTreeMap<(i64, i64), Vec<Key>> = BTreeMap::new();
    for part in parts.all(connection).await? {
        cuts.entry((part.generation, part.list)).or_default().push(part.low());
    }
    let cut = |((generation, number), lows)| {
        let list = List::ALL.into_iter().find(|list| list.number() == number)?;
        Some(Cut { generation, list, lows })
    };
    Ok(cuts.into_iter().filter_map(cut).collect())
}

/// A hint as it is looked up.
#[derive(Rows)]
struct Wanted<'a> {
    generation: i64,
    list: i64,
    term: &'a str,
}

pub(super) static HINTS: Sql = Sql::new("catalog.hints", || {
    format!(
        "SELECT {columns} FROM {wanted} JOIN search_hint ON search_hint.generation = wanted.generation \
         AND search_hint.list = wanted.list AND search_hint.term = wanted.term",
        columns = columns::<search_hint::Entity>(),
        wanted = Wanted::table("wanted")
    )
});

pub(super) static SAVE_HINTS: Sql = Sql::new("catalog.save-hints", || {
    let both = |column: usize| format!("b{column} = search_hint.b{column} | excluded.b{column}");
    format!(
        "{} ON CONFLICT (generation, list, term) DO UPDATE SET {}",
        search_hint::Model::insert("search_hint"),
        (0..Parts::COLUMNS).map(both).collect::<Vec<_>>().join(", ")
    )
});

/// Writes what is not known yet, in one order, so that two writers do not wait for each other.
async fn write(tx: &Tx, cuts: &[Cut], found: Hints<'_>) -> Result<(), DbError> {
    let mut rows: BTreeMap<(i64, i64, &str), Parts> = BTreeMap::new();
    for (term, each) in &found {
        rows.extend(cuts.iter().zip(each).map(|(cut, &parts)| ((cut.generation, cut.list.number(), &**term), parts)));
    }
    let wanted = rows.keys().map(|&(generation, list, term)| Wanted { generation, list, term });
    let mut known: HashMap<(i64, i64, String), Parts> = HashMap::new();
    for hint in tx.all::<search_hint::Model>(&HINTS, [Wanted::bind(wanted)]).await? {
        let parts = hint.parts();
        known.insert((hint.generation, hint.list, hint.term), parts);
    }
    rows.retain(|&(generation, list, term), parts| {
        known.get(&(generation, list, term.to_owned())).is_none_or(|known| !known.has_all_of(*parts))
    });
    if !rows.is_empty() {
        let hints = rows.into_iter().map(|(place, parts)| search_hint::Model::new(place, parts));
        tx.run(&SAVE_HINTS, [search_hint::Model::bind(hints)]).await?;
    }
    Ok(())
}

/// Whether the catalog has grown so much that its lists should be cut afresh.
pub(crate) async fn is_due(db: &Db) -> Result<bool, DbError> {
    let map = map(db).await?;
    let products = products(db).await?;
    Ok(products >= SMALLEST && (map.ready == 0 || products / 2 >= map.products))
}

/// About how many products there are.
pub(crate) async fn products(db: &Db) -> Result<i64, DbError> {
    let newest = search_doc::Entity::find().order_by_desc(search_doc::Column::Number).one(db.reader()).await?;
    Ok(newest.map_or(0, |newest| newest.number))
}

/// Makes a new generation and has it used. The products must all be indexed.
pub(crate) async fn build(db: &Db) -> Result<(), DbError> {
    let (map, products) = (map(db).await?, products(db).await?);
    let generation = map.ready.max(map.building) + 1;
    let cuts = &cut(db, generation, products).await?;
    let announce = |tx: Tx| async move {
        search_map::ActiveModel { building: Set(generation), ..change() }.update(&tx).await?;
        let parts =
            cuts.iter().flat_map(|cut| (0_i64..).zip(&cut.lows).map(move |(part, low)| part_row(cut, part, low)));
        tx.run(&SAVE_PARTS, [search_part::Model::bind(parts)]).await?;
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
        let (ready, products) = (Set(generation), Set(products));
        search_map::ActiveModel { ready, products, building: Set(0), ..change() }.update(&tx).await?;
        Ok::<_, DbError>(())
    };
    db.transact(use_it).await?;
    forget_before(db, generation).await
}

pub(super) static SAVE_PARTS: Sql = Sql::new("catalog.save-parts", || {
    format!("{} ON CONFLICT (generation, list, part) DO NOTHING", search_part::Model::insert("search_part"))
});

fn part_row(cut: &Cut, part: i64, low: &Key) -> search_part::Model {
    let (low_name, low_price) = match low {
        Key::Text(name) => (Some(name.clone()), None),
        Key::Number(price) => (None, Some(*price)),
        Key::None => (None, None),
    };
    search_part::Model { generation: cut.generation, list: cut.list.number(), part, low_name, low_price }
}

/// Where a part begins.
#[derive(FromQueryResult)]
struct Low {
    title_key: String,
    price: i64,
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
                "SELECT title_key, price FROM product WHERE status = 'active'{beyond} ORDER BY {column}, id LIMIT 1 \
                 OFFSET {step}"
            );
            let Some(Low { title_key, price }) = db.one(&sql, values).await? else { break };
            lows.push(match list {
                List::Name => Key::Text(title_key),
                List::Price => Key::Number(price),
            });
        }
        cuts.push(Cut { generation, list, lows });
    }
    Ok(cuts)
}

/// The status is a part of the text, as it is of the index.
pub(super) static SCAN: Sql = Sql::new("catalog.scan", || {
    "SELECT id, title_key, price, words, categories FROM product WHERE status = 'active' AND id > ? \
     ORDER BY id LIMIT ?"
        .to_owned()
});

#[derive(FromQueryResult)]
struct Listed {
    id: Uuid,
    title_key: String,
    price: i64,
    words: String,
    categories: String,
}

/// Reads every listed product.
async fn scan(db: &Db, cuts: &[Cut]) -> Result<Hints<'static>, DbError> {
    let (mut found, mut after) = (Hints::new(), Uuid::nil());
    loop {
        let rows: Vec<Listed> = db.all(&SCAN, [after.into(), BATCH.into()]).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = last.id;
        for Listed { title_key, price, words, categories, .. } in rows {
            let (name, price) = (Key::Text(title_key), Key::Number(price));
            let part = |cut: &Cut| match cut.list {
                List::Name => cut.part_of(&name),
                List::Price => cut.part_of(&price),
            };
            let parts: Vec<usize> = cuts.iter().map(part).collect();
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
    db.transact(|tx| async move {
        let older = search_part::Entity::delete_many().filter(search_part::Column::Generation.lt(generation));
        older.exec(&tx).await?;
        Ok(())
    })
    .await
}

/// Where products with all of `terms`, and with one of `any` if there are some, can be in `list`; `None` while that is not
/// known.
pub(crate) async fn parts_with(
    db: &Db,
    list: List,
    terms: &[&str],
    any: &[String],
) -> Result<Option<(Cut, Parts)>, DbError> {
    let generation = map(db).await?.ready;
    let wanted = terms.iter().copied().chain(any.iter().map(String::as_str));
    let wanted = wanted.map(|term| Wanted { generation, list: list.number(), term });
    let hints = db.all::<search_hint::Model>(&HINTS, [Wanted::bind(wanted)]).await?;
    let known: HashMap<&str, Parts> = hints.iter().map(|hint| (hint.term.as_str(), hint.parts())).collect();
    let cut = cuts(db.reader(), [generation]).await?.into_iter().find(|cut| cut.list == list);
    // What was read is whole if it is in use still: only then is it removed.
    let now = map(db).await?.ready;
    let Some(cut) = cut.filter(|_| now == generation) else { return Ok(None) };
    let of = |term: &str| known.get(term).copied().unwrap_or_default();
    let mut parts = terms.iter().map(|term| of(term)).fold(Parts::all(), Parts::and);
    if !any.is_empty() {
        parts = parts.and(any.iter().map(|term| of(term)).fold(Parts::default(), Parts::or));
    }
    Ok(Some((cut, parts)))
}
