//! Finds products by words in the full-text index, in any order and category, with a bound on what a page costs.
//!
//! A list by name or price can be made in two ways: walk the list and keep what has the words, or look all up that has
//! the words and sort them. The first is cheap where many products have the words, the second where few have. A short
//! walk comes first, then a count that stops early decides. Longer walks leave out the parts of the list that cannot have
//! the words, see [`crate::domain::ranges`]. Every way gives the same page.

use kernel_db::{Db, DbError, Dialect};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{
    read,
    wanted::{Wanted, place},
};
use crate::domain::{
    Query,
    listing::{Column, Key, Place},
    terms,
};

mod matching;
mod sorted;
mod statement;

use matching::Field;
use statement::Statement;

/// Steps of the first walk. Tests walk less, so that small shops are searched in every way.
const SHORT_WALK: i64 = if cfg!(test) { 5 } else { 300 };

/// Steps of the second walk along what is newest, for words that many products have.
const LONG_WALK: i64 = if cfg!(test) { 12 } else { 16_000 };

/// With fewer products than this, all are looked at rather than walked to: neighbours share pages, matches do not.
const FEW: i64 = if cfg!(test) { 8 } else { 600 };

/// Categories that one statement looks at.
const SHELVES: usize = if cfg!(test) { 3 } else { 200 };

/// The first of what is wanted, in order. The index must be complete.
pub(super) async fn places(db: &Db, wanted: &Wanted<'_>, query: &Query) -> Result<Vec<Place>, DbError> {
    let search = Search { db, wanted, query };
    match wanted.order.column {
        Column::Relevance => search.by_relevance().await,
        Column::Newest => search.newest(Field::Any, wanted.after, wanted.rows).await,
        Column::Title | Column::LowerTitle | Column::Price => search.sorted().await,
    }
}

/// A condition on `p.words`, after `AND`, that also knows the products which are not indexed yet.
pub(super) fn words_or_as_typed(query: &Query) -> (String, Vec<Value>) {
    let (folded, mut values) = matching::words(query, Field::Any);
    let typed = query.as_typed();
    if typed.is_empty() {
        return (folded, values);
    }
    values.extend(typed.iter().map(|word| Value::from(format!("% {word}%"))));
    let typed = vec!["p.words LIKE ?"; typed.len()].join(" AND ");
    (format!(" AND ((true{folded}) OR ({typed}))"), values)
}

struct Search<'a> {
    db: &'a Db,
    wanted: &'a Wanted<'a>,
    query: &'a Query,
}

impl Search<'_> {
    /// First what has the words in its title or SKUs, then the rest; the newest first in each.
    async fn by_relevance(&self) -> Result<Vec<Place>, DbError> {
        let reached = match self.wanted.after.map(|after| &after.key) {
            Some(Key::Number(tier)) => *tier,
            _ => Key::BEST,
        };
        let mut found: Vec<Place> = Vec::new();
        for (tier, field) in [(Key::BEST, Field::Title), (Key::OTHERS, Field::Rest)] {
            let left = self.wanted.rows.saturating_sub(u64::try_from(found.len()).unwrap_or(u64::MAX));
            if tier < reached || left == 0 {
                continue;
            }
            let after = self.wanted.after.filter(|_| tier == reached);
            let places = self.newest(field, after, left).await?;
            found.extend(places.into_iter().map(|place| Place { key: Key::Number(tier), ..place }));
        }
        Ok(found)
    }

    /// By the numbers in the index, which are the order in which products were made.
    async fn newest(&self, field: Field, after: Option<&Place>, rows: u64) -> Result<Vec<Place>, DbError> {
        let after = match after {
            Some(place) => self.number(place).await?,
            None => i64::MAX,
        };
        let mut found: Vec<(i64, Place)> = Vec::new();
        for shelves in self.chunks() {
            found.extend(self.newest_of(field, shelves, after, rows).await?);
        }
        found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        found.dedup_by_key(|(number, _)| *number);
        found.truncate(usize::try_from(rows).unwrap_or(usize::MAX));
        Ok(found.into_iter().map(|(_, place)| place).collect())
    }

    async fn newest_of(
        &self,
        field: Field,
        shelves: &[i64],
        after: i64,
        rows: u64,
    ) -> Result<Vec<(i64, Place)>, DbError> {
        let statement = Statement { query: self.query, field, shelves, status: self.wanted.status, rows };
        if self.db.dialect() == Dialect::Postgres {
            let newest = self.number_before(after).await?;
            if let Some(page) = self.near(&statement, newest, SHORT_WALK).await? {
                return Ok(page);
            }
            let rows = self.rows(statement.newest_few(after, FEW)).await?;
            if let Some(page) = first_of_few(&rows, FEW, |row| self.numbered(row))? {
                return Ok(page);
            }
            if let Some(page) = self.near(&statement, newest, LONG_WALK).await? {
                return Ok(page);
            }
        }
        self.run_numbered(statement.newest(self.db.dialect(), after)).await
    }

    /// Looks at the `steps` numbers up to `newest`; `None` when the page may not be full by then.
    async fn near(
        &self,
        statement: &Statement<'_>,
        newest: i64,
        steps: i64,
    ) -> Result<Option<Vec<(i64, Place)>>, DbError> {
        let found = self.run_numbered(statement.newest_near(newest, steps)).await?;
        let full = u64::try_from(found.len()).is_ok_and(|found| found >= statement.rows);
        Ok((full || newest <= steps).then_some(found))
    }

    /// `[[]]` for the whole shop.
    fn chunks(&self) -> Vec<&[i64]> {
        match &self.wanted.shelves {
            None => vec![&[]],
            Some(shelves) => shelves.chunks(SHELVES).collect(),
        }
    }

    async fn number(&self, place: &Place) -> Result<i64, DbError> {
        let sql = "SELECT number FROM search_doc WHERE product_id = ?";
        Ok(self.one((sql.to_owned(), vec![place.product.uuid().into()])).await?.unwrap_or(0))
    }

    async fn number_before(&self, after: i64) -> Result<i64, DbError> {
        let sql = "SELECT number FROM search_doc WHERE number < ? ORDER BY number DESC LIMIT 1";
        Ok(self.one((sql.to_owned(), vec![after.into()])).await?.unwrap_or(0))
    }

    async fn one(&self, (sql, values): (String, Vec<Value>)) -> Result<Option<i64>, DbError> {
        Ok(read(self.db, &sql, values).await?.first().map(|row| row.try_get("", "number")).transpose()?)
    }

    async fn rows(&self, (sql, values): (String, Vec<Value>)) -> Result<Vec<QueryResult>, DbError> {
        read(self.db, &sql, values).await
    }

    async fn run_sorted(&self, sql: String, values: Vec<Value>) -> Result<Vec<Place>, DbError> {
        read(self.db, &sql, values).await?.iter().map(|row| place(self.wanted.order, row)).collect()
    }

    async fn run_numbered(&self, sql: (String, Vec<Value>)) -> Result<Vec<(i64, Place)>, DbError> {
        self.rows(sql).await?.iter().map(|row| self.numbered(row)).collect()
    }

    fn numbered(&self, row: &QueryResult) -> Result<(i64, Place), DbError> {
        Ok((row.try_get("", "key")?, place(self.wanted.order, row)?))
    }
}

/// The page in `rows`, whose `count` is of what was looked at; `None` when that was as much as was allowed. A page
/// without products is one row without an id.
fn first_of_few<T>(
    rows: &[QueryResult],
    few: i64,
    read: impl Fn(&QueryResult) -> Result<T, DbError>,
) -> Result<Option<Vec<T>>, DbError> {
    let Some(first) = rows.first() else { return Ok(Some(Vec::new())) };
    let count: i64 = first.try_get("", "count")?;
    if count >= few {
        return Ok(None);
    }
    if first.try_get::<Option<Uuid>>("", "id")?.is_none() {
        return Ok(Some(Vec::new()));
    }
    rows.iter().map(read).collect::<Result<_, _>>().map(Some)
}
