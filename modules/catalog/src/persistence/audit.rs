//! Counts what must always be equal, for `banyan check`.

use kernel::Sku;
use kernel_db::{Db, DbError, Dialect, dialect, feed};

use super::{gather, read};
use crate::domain::{Status, terms};

/// A rule, and a statement that answers its two sides.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    sql: &'static str,
    pub(crate) look_at: &'static str,
}

pub(crate) const RULES: [Rule; 8] = [
    Rule {
        name: "catalog: every variant belongs to a product",
        sql: "SELECT COUNT(*), (SELECT COUNT(*) FROM variant v JOIN product p ON p.id = v.product_id) FROM variant",
        look_at: "rows of variant whose product_id is not in product",
    },
    Rule {
        name: "catalog: every product has a first variant",
        sql: "SELECT COUNT(*), (SELECT COUNT(DISTINCT product_id) FROM variant WHERE place = 0) FROM product",
        look_at: "rows of product that no row of variant with place 0 belongs to",
    },
    Rule {
        name: "catalog: no two products have one slug",
        sql: "SELECT COUNT(*), COUNT(DISTINCT slug) FROM product",
        look_at: "equal slugs in product",
    },
    Rule {
        name: "catalog: every product's price is that of its cheapest variant",
        sql: "SELECT COUNT(*), COALESCE(SUM(CASE WHEN p.price = v.price THEN 1 ELSE 0 END), 0) FROM product p \
              JOIN (SELECT product_id, MIN(price) AS price FROM variant GROUP BY product_id) AS v \
              ON v.product_id = p.id",
        look_at: "product.price against the lowest variant.price",
    },
    Rule {
        name: "catalog: the variants of a product are priced in its currency",
        sql: "SELECT COUNT(*), COALESCE(SUM(CASE WHEN p.currency = v.currency THEN 1 ELSE 0 END), 0) FROM variant v \
              JOIN product p ON p.id = v.product_id",
        look_at: "variant.currency against product.currency",
    },
    Rule {
        name: "catalog: every shelf says what its product says",
        sql: "SELECT COUNT(*), (SELECT COUNT(*) FROM shelf s JOIN product p ON p.id = s.product_id AND \
              s.title_key = p.title_key AND s.price = p.price AND \
              s.listed = CASE WHEN p.status = 'active' THEN 1 ELSE 0 END) FROM shelf",
        look_at: "rows of shelf that differ from product; saving the product again mends them",
    },
    Rule {
        name: "catalog: every product has a row in the search index",
        sql: "SELECT COUNT(*), (SELECT COUNT(*) FROM search_doc) FROM product",
        look_at: "rows of search_doc and product; saving a product that has none again mends it",
    },
    Rule {
        name: "catalog: every row of the search index says what its product says",
        sql: "SELECT COUNT(*), (SELECT COUNT(*) FROM search_doc d JOIN product p ON p.id = d.product_id AND \
              d.title_key = p.title_key AND d.price = p.price) FROM search_doc",
        look_at: "rows of search_doc that differ from product; saving the product again mends them",
    },
];

impl Rule {
    pub(crate) async fn sides(&self, db: &Db) -> Result<(i64, i64), DbError> {
        let rows = read(db, self.sql, []).await?;
        let row = rows.first().ok_or_else(|| DbError::corrupt("audit", self.name))?;
        Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
    }
}

/// How many products have `status`, and how many the search index has with it; of those that are indexed as they are.
pub(crate) async fn indexed_with(db: &Db, status: Status) -> Result<(i64, i64), DbError> {
    let term = terms::status(status.as_str());
    let (matches, term) = match db.dialect() {
        Dialect::Sqlite => {
            let matches = "search_text CROSS JOIN search_doc d ON d.number = search_text.rowid CROSS JOIN product p \
                           WHERE search_text MATCH ? AND p.id = d.product_id";
            (matches, format!("\"{term}\""))
        }
        Dialect::Postgres => (
            "search_doc d JOIN product p ON p.id = d.product_id WHERE d.terms @@ CAST(? AS tsquery)",
            format!("'{term}'"),
        ),
    };
    let indexed = "indexed = version * 1000 + 1";
    let sql = format!(
        "SELECT (SELECT COUNT(*) FROM product WHERE status = ? AND {indexed}), \
         (SELECT COUNT(*) FROM {matches} AND {indexed})"
    );
    let rows = read(db, &sql, [status.as_str().into(), term.into()]).await?;
    let row = rows.first().ok_or_else(|| DbError::corrupt("audit", "no counts"))?;
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
}

/// The versions of all products, added up, and the events that the outbox has ever been given. Each event
/// counts its product's version up by one, so the two are equal at any one moment.
pub(crate) async fn versions_and_events(db: &Db) -> Result<(i64, i64), DbError> {
    let sql = "SELECT CAST(COALESCE(SUM(version), 0) AS bigint) FROM product";
    let mut tries = 0;
    loop {
        let events = feed::head(db).await?;
        let rows = read(db, sql, []).await?;
        let row = rows.first().ok_or_else(|| DbError::corrupt("audit", "no versions"))?;
        let versions: i64 = row.try_get_by_index(0)?;
        tries += 1;
        // Somebody wrote meanwhile: the figures are of two moments. Look again, but not for ever.
        if versions == events || tries == 5 {
            return Ok((versions, events));
        }
    }
}

pub(crate) async fn skus_after(db: &Db, after: Option<&Sku>, limit: u64) -> Result<Vec<Sku>, DbError> {
    let sql = "SELECT sku FROM variant WHERE sku > ? ORDER BY sku LIMIT ?";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = read(db, sql, [after.map_or("", Sku::as_str).into(), limit.into()]).await?;
    rows.iter().map(|row| gather::sku(row, 0)).collect()
}

pub(crate) async fn unknown_of(db: &Db, skus: &[Sku]) -> Result<Vec<Sku>, DbError> {
    let sql = "SELECT wanted.value ->> 0 FROM {rows} AS wanted \
               WHERE NOT EXISTS (SELECT 1 FROM variant WHERE sku = wanted.value ->> 0)";
    let rows: Vec<_> = skus.iter().map(|sku| (sku.as_str(),)).collect();
    read(db, sql, [dialect::rows(&rows)]).await?.iter().map(|row| gather::sku(row, 0)).collect()
}
