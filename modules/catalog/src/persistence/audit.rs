//! Counts what must always be equal, for `banyan check`.

use kernel::Sku;
use kernel_db::{Db, DbError, Dialect, Rows, Sql, feed};
use sea_orm::{EntityTrait as _, FromQueryResult};

use super::{entity::variant, gather};
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
        sql: "SELECT COUNT(*) AS one, (SELECT COUNT(*) FROM variant v JOIN product p ON p.id = v.product_id) AS other \
              FROM variant",
        look_at: "rows of variant whose product_id is not in product",
    },
    Rule {
        name: "catalog: every product has a first variant",
        sql: "SELECT COUNT(*) AS one, (SELECT COUNT(DISTINCT product_id) FROM variant WHERE place = 0) AS other FROM product",
        look_at: "rows of product that no row of variant with place 0 belongs to",
    },
    Rule {
        name: "catalog: no two products have one slug",
        sql: "SELECT COUNT(*) AS one, COUNT(DISTINCT slug) AS other FROM product",
        look_at: "equal slugs in product",
    },
    Rule {
        name: "catalog: every product's price is that of its cheapest variant",
        sql: "SELECT COUNT(*) AS one, COALESCE(SUM(CASE WHEN p.price = v.price THEN 1 ELSE 0 END), 0) AS other FROM product p \
              JOIN (SELECT product_id, MIN(price) AS price FROM variant GROUP BY product_id) AS v \
              ON v.product_id = p.id",
        look_at: "product.price against the lowest variant.price",
    },
    Rule {
        name: "catalog: the variants of a product are priced in its currency",
        sql: "SELECT COUNT(*) AS one, COALESCE(SUM(CASE WHEN p.currency = v.currency THEN 1 ELSE 0 END), 0) AS other \
              FROM variant v \
              JOIN product p ON p.id = v.product_id",
        look_at: "variant.currency against product.currency",
    },
    Rule {
        name: "catalog: every shelf says what its product says",
        sql: "SELECT COUNT(*) AS one, (SELECT COUNT(*) FROM shelf s JOIN product p ON p.id = s.product_id AND \
              s.title_key = p.title_key AND s.price = p.price AND \
              s.listed = CASE WHEN p.status = 'active' THEN 1 ELSE 0 END) AS other FROM shelf",
        look_at: "rows of shelf that differ from product; saving the product again mends them",
    },
    Rule {
        name: "catalog: every product has a row in the search index",
        sql: "SELECT COUNT(*) AS one, (SELECT COUNT(*) FROM search_doc) AS other FROM product",
        look_at: "rows of search_doc and product; saving a product that has none again mends it",
    },
    Rule {
        name: "catalog: every row of the search index says what its product says",
        sql: "SELECT COUNT(*) AS one, (SELECT COUNT(*) FROM search_doc d JOIN product p ON p.id = d.product_id AND \
              d.title_key = p.title_key AND d.price = p.price) AS other FROM search_doc",
        look_at: "rows of search_doc that differ from product; saving the product again mends them",
    },
];

/// What must be equal.
#[derive(FromQueryResult)]
struct Sides {
    one: i64,
    other: i64,
}

impl Rule {
    pub(crate) async fn sides(&self, db: &Db) -> Result<(i64, i64), DbError> {
        counted(db.one(self.sql, []).await?)
    }
}

fn counted(sides: Option<Sides>) -> Result<(i64, i64), DbError> {
    sides.map(|Sides { one, other }| (one, other)).ok_or_else(|| DbError::corrupt("audit", "no counts"))
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
        "SELECT (SELECT COUNT(*) FROM product WHERE status = ? AND {indexed}) AS one, \
         (SELECT COUNT(*) FROM {matches} AND {indexed}) AS other"
    );
    counted(db.one(&sql, [status.as_str().into(), term.into()]).await?)
}

#[derive(FromQueryResult)]
struct Versions {
    versions: i64,
}

/// The versions of all products, added up, and the events that the outbox has ever been given. Each event
/// counts its product's version up by one, so the two are equal at any one moment.
pub(crate) async fn versions_and_events(db: &Db) -> Result<(i64, i64), DbError> {
    let sql = "SELECT CAST(COALESCE(SUM(version), 0) AS bigint) AS versions FROM product";
    let mut tries = 0;
    loop {
        let events = feed::head(db).await?;
        let versions = db.one::<Versions>(sql, []).await?.map_or(0, |row| row.versions);
        tries += 1;
        // Somebody wrote meanwhile: the figures are of two moments. Look again, but not for ever.
        if versions == events || tries == 5 {
            return Ok((versions, events));
        }
    }
}

pub(crate) async fn skus_after(db: &Db, after: Option<&Sku>, limit: u64) -> Result<Vec<Sku>, DbError> {
    let mut variants = variant::Entity::find().cursor_by(variant::Column::Sku);
    let variants = variants.after(after.map_or("", Sku::as_str)).first(limit).all(db.reader()).await?;
    variants.iter().map(|variant| gather::sku(&variant.sku)).collect()
}

#[derive(Rows, FromQueryResult)]
struct Wanted {
    sku: String,
}

pub(super) static UNKNOWN: Sql = Sql::new("catalog.unknown", || {
    format!(
        "SELECT wanted.sku FROM {} WHERE NOT EXISTS (SELECT 1 FROM variant WHERE variant.sku = wanted.sku)",
        Wanted::table("wanted")
    )
});

pub(crate) async fn unknown_of(db: &Db, skus: &[Sku]) -> Result<Vec<Sku>, DbError> {
    let unknown = db.all::<Wanted>(&UNKNOWN, [kernel_db::rows::texts(skus.iter().map(Sku::as_str))]).await?;
    unknown.iter().map(|wanted| gather::sku(&wanted.sku)).collect()
}
