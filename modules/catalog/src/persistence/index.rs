//! Writes the full-text index: `search_doc` on both databases, with `search_text` (FTS5) beside it on SQLite and a
//! `tsvector` in it on Postgres.

use std::fmt::Write as _;

use kernel::ProductId;
use kernel_db::{Db, DbError, Dialect, Tx, dialect};
use serde::Serialize;

use super::read;
use crate::domain::{
    Facets,
    terms::{RULES, Terms},
};

/// What `product.indexed` says of a product that is indexed as it is.
pub(crate) const fn state(version: i64) -> i64 {
    version * 1_000 + RULES
}

/// A product to be indexed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) product: ProductId,
    pub(crate) facets: &'a Facets,
    /// It has no terms yet.
    pub(crate) is_new: bool,
    pub(crate) has_new_terms: bool,
}

/// One row of the statements below. Cells that a statement has no use for are left out.
#[derive(Debug, Serialize)]
struct Row(String, String, i64, String);

/// Writes `entries`. Those of one transaction are numbered in their order.
pub(crate) async fn save(tx: &Tx, entries: &[Entry<'_>]) -> Result<(), DbError> {
    let rows = |which: fn(&Entry<'_>) -> bool| -> Vec<Row> {
        entries.iter().filter(|entry| which(entry)).map(|entry| row(tx.dialect(), entry)).collect()
    };
    let new = rows(|entry| entry.is_new);
    let changed = rows(|entry| !entry.is_new && entry.has_new_terms);
    let same = rows(|entry| !entry.is_new && !entry.has_new_terms);
    run(tx, KEYS, &same).await?;
    match tx.dialect() {
        Dialect::Sqlite => {
            run(tx, FORGET_TEXT, &changed).await?;
            for rows in [&new, &changed] {
                run(tx, KEYS, rows).await?;
                run(tx, ADD_TEXT, rows).await?;
            }
        }
        Dialect::Postgres => {
            for rows in [&new, &changed] {
                run(tx, KEYS_AND_TERMS, rows).await?;
            }
        }
    }
    Ok(())
}

fn row(dialect: Dialect, entry: &Entry<'_>) -> Row {
    let facets = entry.facets;
    let terms = if entry.has_new_terms { text(dialect, &facets.terms()) } else { String::new() };
    Row(entry.product.uuid().simple().to_string(), facets.title_key.clone(), facets.price, terms)
}

/// `WHERE true`, or SQLite takes the conflict's clause for a join's.
const KEYS: &str = "INSERT INTO search_doc (product_id, title_key, price) \
    SELECT {id}(value ->> 0), value ->> 1, CAST(value ->> 2 AS bigint) FROM {rows} WHERE true \
    ON CONFLICT (product_id) DO UPDATE SET title_key = excluded.title_key, price = excluded.price";

const KEYS_AND_TERMS: &str = "INSERT INTO search_doc (product_id, title_key, price, terms) \
    SELECT {id}(value ->> 0), value ->> 1, CAST(value ->> 2 AS bigint), CAST(value ->> 3 AS tsvector) FROM {rows} \
    ON CONFLICT (product_id) DO UPDATE SET title_key = excluded.title_key, price = excluded.price, \
    terms = excluded.terms";

const FORGET_TEXT: &str = "DELETE FROM search_text WHERE rowid IN \
    (SELECT d.number FROM {rows} AS wanted JOIN search_doc d ON d.product_id = {id}(wanted.value ->> 0))";

const ADD_TEXT: &str = "INSERT INTO search_text (rowid, terms) SELECT d.number, wanted.value ->> 3 \
    FROM {rows} AS wanted CROSS JOIN search_doc d ON d.product_id = {id}(wanted.value ->> 0)";

async fn run(tx: &Tx, sql: &str, rows: &[Row]) -> Result<(), DbError> {
    if !rows.is_empty() {
        tx.run(sql, [dialect::rows(rows)]).await?;
    }
    Ok(())
}

/// Terms as the database takes them. No term has a quote, a backslash or a space.
fn text(dialect: Dialect, terms: &Terms) -> String {
    let mut text = String::new();
    for term in terms.iter() {
        let _ = match dialect {
            Dialect::Sqlite => write!(text, "{term} "),
            Dialect::Postgres => write!(text, "'{term}' "),
        };
    }
    text
}

/// Whether every product is indexed as it is. The condition is the partial index's.
pub(crate) async fn is_complete(db: &Db) -> Result<bool, DbError> {
    let sql = format!("SELECT 1 FROM product WHERE {BEHIND} LIMIT 1");
    Ok(read(db, &sql, []).await?.is_empty())
}

/// Up to `count` products that are not.
pub(crate) async fn behind(db: &Db, count: i64) -> Result<Vec<ProductId>, DbError> {
    let sql = format!("SELECT id FROM product WHERE {BEHIND} ORDER BY id LIMIT ?");
    let rows = read(db, &sql, [count.into()]).await?;
    rows.iter().map(|row| Ok(ProductId::new(row.try_get_by_index(0)?))).collect()
}

const BEHIND: &str = "indexed <> version * 1000 + 1";

#[cfg(test)]
mod tests {
    use super::{BEHIND, state};

    #[test]
    fn a_product_is_behind_by_the_rules_of_today() {
        assert!(BEHIND.ends_with(&format!("+ {}", state(0))), "new rules need a migration with a new partial index");
    }
}
