//! Writes the full-text index: `search_doc` on both databases, with `search_text` (FTS5) beside it on SQLite and a
//! `tsvector` in it on Postgres.

use std::fmt::Write as _;

use kernel::ProductId;
use kernel_db::{Db, DbError, Dialect, Rows, Sql, Tx};
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

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

/// What the index has of a product, but for its terms.
#[derive(Rows)]
struct Doc<'a> {
    #[rows(key)]
    product_id: ProductId,
    title_key: &'a str,
    price: i64,
}

/// The terms of a product, with all else.
#[derive(Rows)]
struct DocWithTerms<'a> {
    #[rows(key)]
    product_id: ProductId,
    title_key: &'a str,
    price: i64,
    terms: String,
}

/// Writes `entries`. Those of one transaction are numbered in their order.
pub(crate) async fn save(tx: &Tx, entries: &[Entry<'_>]) -> Result<(), DbError> {
    let chosen = |which: fn(&Entry<'_>) -> bool| entries.iter().copied().filter(which).collect::<Vec<_>>();
    let new = chosen(|entry| entry.is_new);
    let changed = chosen(|entry| !entry.is_new && entry.has_new_terms);
    let same = chosen(|entry| !entry.is_new && !entry.has_new_terms);
    let dialect = tx.dialect();
    run(tx, &KEYS, docs(&same)).await?;
    match dialect {
        Dialect::Sqlite => {
            run(tx, &FORGET_TEXT, docs(&changed)).await?;
            for entries in [&new, &changed] {
                run(tx, &KEYS, docs(entries)).await?;
                run(tx, &ADD_TEXT, docs_with_terms(dialect, entries)).await?;
            }
        }
        Dialect::Postgres => {
            for entries in [&new, &changed] {
                run(tx, &KEYS_AND_TERMS, docs_with_terms(dialect, entries)).await?;
            }
        }
    }
    Ok(())
}

fn docs(entries: &[Entry<'_>]) -> Option<Value> {
    (!entries.is_empty()).then(|| Doc::bind(entries.iter().map(doc)))
}

fn docs_with_terms(dialect: Dialect, entries: &[Entry<'_>]) -> Option<Value> {
    let with_terms = |entry| {
        let Doc { product_id, title_key, price } = doc(entry);
        DocWithTerms { product_id, title_key, price, terms: text(dialect, &entry.facets.terms()) }
    };
    (!entries.is_empty()).then(|| DocWithTerms::bind(entries.iter().map(with_terms)))
}

const fn doc<'a>(entry: &Entry<'a>) -> Doc<'a> {
    let facets = entry.facets;
    Doc { product_id: entry.product, title_key: facets.title_key.as_str(), price: facets.price }
}

pub(super) static KEYS: Sql = Sql::new("catalog.index-keys", || {
    format!("{} ON CONFLICT (product_id) DO UPDATE SET {}", Doc::insert("search_doc"), Doc::set("excluded"))
});

pub(super) static KEYS_AND_TERMS: Sql = Sql::new("catalog.index-keys-and-terms", || {
    format!(
        "INSERT INTO search_doc (product_id, title_key, price, terms) \
         SELECT product_id, title_key, price, CAST(terms AS tsvector) FROM {} WHERE true \
         ON CONFLICT (product_id) DO UPDATE SET {}",
        DocWithTerms::table("doc"),
        DocWithTerms::set("excluded")
    )
})
.only_on(Dialect::Postgres);

pub(super) static FORGET_TEXT: Sql = Sql::new("catalog.index-forget-text", || {
    format!(
        "DELETE FROM search_text WHERE rowid IN (SELECT d.number FROM {} JOIN search_doc d \
         ON d.product_id = doc.product_id)",
        Doc::table("doc")
    )
})
.only_on(Dialect::Sqlite);

pub(super) static ADD_TEXT: Sql = Sql::new("catalog.index-add-text", || {
    format!(
        "INSERT INTO search_text (rowid, terms) SELECT d.number, doc.terms FROM {} CROSS JOIN search_doc d \
         WHERE d.product_id = doc.product_id",
        DocWithTerms::table("doc")
    )
})
.only_on(Dialect::Sqlite);

async fn run(tx: &Tx, sql: &Sql, rows: Option<Value>) -> Result<(), DbError> {
    if let Some(rows) = rows {
        tx.run(sql, [rows]).await?;
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

/// Whether every product is indexed as it is.
pub(crate) async fn is_complete(db: &Db) -> Result<bool, DbError> {
    Ok(behind(db, 1).await?.is_empty())
}

/// The condition is the partial index's.
pub(super) static BEHIND: Sql = Sql::new("catalog.behind", || {
    "SELECT id FROM product WHERE indexed <> version * 1000 + 1 ORDER BY id LIMIT ?".to_owned()
});

#[derive(FromQueryResult)]
struct Behind {
    id: Uuid,
}

/// Up to `count` products that are not.
pub(crate) async fn behind(db: &Db, count: i64) -> Result<Vec<ProductId>, DbError> {
    let behind = db.all::<Behind>(&BEHIND, [count.into()]).await?;
    Ok(behind.into_iter().map(|behind| ProductId::new(behind.id)).collect())
}

/// Of a product that is indexed as it is, in SQL.
pub(super) const IS_INDEXED: &str = "product.indexed = product.version * 1000 + 1";

#[cfg(test)]
mod tests {
    use super::{BEHIND, IS_INDEXED, state};

    #[test]
    fn a_product_is_behind_by_the_rules_of_today() {
        let today = format!("version * 1000 + {}", state(0));
        for sql in [BEHIND.source(), IS_INDEXED] {
            assert!(sql.contains(&today), "new rules need a migration with a new partial index: {sql}");
        }
    }
}
