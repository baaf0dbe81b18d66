//! The statements of a search.

use std::fmt::Write as _;

use kernel_db::Dialect;
use sea_orm::Value;

use super::matching::{self, Field};
use crate::{
    domain::{
        Query, Status,
        listing::{Column, Key, Place},
        ranges::Span,
    },
    persistence::wanted::{Wanted, clause, value},
};

/// What one statement asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement<'a> {
    pub(super) query: &'a Query,
    pub(super) field: Field,
    /// Empty for the whole shop.
    pub(super) shelves: &'a [i64],
    /// `None` for all.
    pub(super) status: Option<Status>,
    pub(super) rows: u64,
}

type Sql = (String, Vec<Value>);

/// A stretch of a sorted list, in the direction in which it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: From,
    pub(super) to: To,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum From {
    Start,
    /// The product after this one.
    After(Place),
    /// Where the keys of a span begin.
    Edge(Key),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    End,
    /// This product, with it.
    Place(Place),
    /// Where the keys of a span end.
    Edge(Key),
}

impl Stretch {
    /// What comes after the page before.
    pub(super) fn of(wanted: &Wanted<'_>) -> Self {
        let from = wanted.after.map_or(From::Start, |place| From::After(place.clone()));
        Self { from, to: To::End }
    }

    /// The part of the list from `from` on that lies in `span`; `None` when there is none.
    pub(super) fn in_span(wanted: &Wanted<'_>, from: &From, span: &Span) -> Option<Self> {
        let descending = wanted.order.descending;
        let (near, far) = if descending { (&span.high, &span.low) } else { (&span.low, &span.high) };
        let at = match from {
            From::Start => None,
            From::After(place) => Some(&place.key),
            From::Edge(key) => Some(key),
        };
        // Spans hold their low keys and not their high ones.
        let is_past = |at: &Key, edge: &Key| if descending { at < edge } else { at >= edge };
        if at.zip(far.as_ref()).is_some_and(|(at, far)| is_past(at, far)) {
            return None;
        }
        let from = match (at, near) {
            (Some(at), Some(near)) if !is_past(at, near) => From::Edge(near.clone()),
            (None, Some(near)) => From::Edge(near.clone()),
            _ => from.clone(),
        };
        Some(Self { from, to: far.clone().map_or(To::End, To::Edge) })
    }

    fn within(&self, wanted: &Wanted<'_>, key: &str, id: &str) -> Sql {
        let descending = wanted.order.descending;
        let (mut sql, mut values) = Sql::default();
        match &self.from {
            From::Start => {}
            From::After(place) => {
                let beyond = if descending { "<" } else { ">" };
                let _ = write!(sql, " AND ({key}, {id}) {beyond} (?, ?)");
                values.extend([value(&place.key), place.product.uuid().into()]);
            }
            From::Edge(edge) => {
                let beyond = if descending { "<" } else { ">=" };
                let _ = write!(sql, " AND {key} {beyond} ?");
                values.push(value(edge));
            }
        }
        match &self.to {
            To::End => {}
            To::Place(place) => {
                let up_to = if descending { ">=" } else { "<=" };
                let _ = write!(sql, " AND ({key}, {id}) {up_to} (?, ?)");
                values.extend([value(&place.key), place.product.uuid().into()]);
            }
            To::Edge(edge) => {
                let up_to = if descending { ">=" } else { "<" };
                let _ = write!(sql, " AND {key} {up_to} ?");
                values.push(value(edge));
            }
        }
        (sql, values)
    }
}

impl Statement<'_> {
    fn condition(&self, dialect: Dialect) -> Value {
        matching::condition(dialect, self.query, self.field, self.shelves, self.status).into()
    }

    /// A join with `product p` where the index alone would find too much.
    fn exactly(&self) -> (&'static str, Sql) {
        if self.query.is_exact() {
            return ("", Sql::default());
        }
        (" CROSS JOIN product p", {
            let (sql, values) = matching::words(self.query, self.field);
            (format!(" AND p.id = d.product_id{sql}"), values)
        })
    }

    /// Number and id of what matches, the newest first. SQLite reads the index from its end, and no further than need be.
    pub(super) fn newest(&self, dialect: Dialect, after: i64) -> Sql {
        let (join, (exactly, more)) = self.exactly();
        let mut values = vec![self.condition(dialect), after.into()];
        values.extend(more);
        values.push(limit(self.rows));
        let sql = match dialect {
            Dialect::Sqlite => format!(
                "SELECT d.number AS key, d.product_id AS id FROM search_text CROSS JOIN search_doc d{join} \
                 WHERE search_text MATCH ? AND search_text.rowid < ? AND d.number = search_text.rowid{exactly} \
                 ORDER BY search_text.rowid DESC LIMIT ?"
            ),
            Dialect::Postgres => format!(
                "WITH hit AS MATERIALIZED (SELECT d.number, d.product_id FROM search_doc d \
                 WHERE d.terms @@ CAST(? AS tsquery)) \
                 SELECT d.number AS key, d.product_id AS id FROM hit d{join} WHERE d.number < ?{exactly} \
                 ORDER BY d.number DESC LIMIT ?"
            ),
        };
        (sql, values)
    }

    /// The same among the last `steps` numbers up to `newest`, read one after the other. Postgres only.
    pub(super) fn newest_near(&self, newest: i64, steps: i64) -> Sql {
        let (join, (exactly, more)) = self.exactly();
        let mut values = vec![newest.into(), (newest - steps).into(), self.condition(Dialect::Postgres)];
        values.extend(more);
        values.push(limit(self.rows));
        let sql = format!(
            "SELECT d.number AS key, d.product_id AS id FROM (SELECT number, product_id, terms FROM search_doc \
             WHERE number <= ? AND number > ? ORDER BY number DESC LIMIT {steps}) AS d{join} \
             WHERE d.terms @@ CAST(? AS tsquery){exactly} ORDER BY d.number DESC LIMIT ?"
        );
        (sql, values)
    }

    /// How much matches, counted no further than `most`. SQLite only: Postgres reads a row for each.
    pub(super) fn count(&self, most: i64) -> Sql {
        let sql = "SELECT COUNT(*) AS number FROM (SELECT 1 FROM search_text WHERE search_text MATCH ? LIMIT ?) AS few";
        (sql.to_owned(), vec![self.condition(Dialect::Sqlite), most.into()])
    }

    /// As [`Statement::newest`], of no more than `most` matches, with their number. Postgres only.
    pub(super) fn newest_few(&self, after: i64, most: i64) -> Sql {
        let (join, (exactly, more)) = self.exactly();
        let mut values = vec![self.condition(Dialect::Postgres), most.into(), after.into()];
        values.extend(more);
        values.push(limit(self.rows));
        let sql = format!(
            "WITH hit AS MATERIALIZED (SELECT d.number, d.product_id FROM search_doc d \
             WHERE d.terms @@ CAST(? AS tsquery) LIMIT ?) \
             SELECT page.key, page.id, looked.count FROM (SELECT COUNT(*) AS count FROM hit) AS looked LEFT JOIN \
             (SELECT d.number AS key, d.product_id AS id \
             FROM (SELECT number, product_id FROM hit WHERE number < ? ORDER BY number DESC OFFSET 0) AS d{join} \
             WHERE true{exactly} ORDER BY d.number DESC LIMIT ?) AS page ON true ORDER BY 1 DESC"
        );
        (sql, values)
    }

    /// As [`Statement::sorted`], of no more than `most` matches, with their number. Postgres only.
    pub(super) fn sorted_few(&self, wanted: &Wanted<'_>, most: i64) -> Sql {
        let (join, (exactly, more)) = self.exactly();
        let key = column(wanted, "d");
        let (beyond, keyset) = Stretch::of(wanted).within(wanted, &key, "d.product_id");
        let mut values = vec![self.condition(Dialect::Postgres), most.into()];
        values.extend(keyset);
        values.extend(more);
        values.push(limit(self.rows));
        let order = clause(wanted.order);
        let all = order.trim_end_matches(" LIMIT ?");
        let sql = format!(
            "WITH hit AS MATERIALIZED (SELECT d.title_key, d.price, d.product_id FROM search_doc d \
             WHERE d.terms @@ CAST(? AS tsquery) LIMIT ?) \
             SELECT page.key, page.id, looked.count FROM (SELECT COUNT(*) AS count FROM hit) AS looked LEFT JOIN \
             (SELECT {key} AS key, d.product_id AS id FROM (SELECT {key}, d.product_id FROM hit d \
             WHERE true{beyond}{all} OFFSET 0) AS d{join} WHERE true{exactly}{order}) AS page ON true{all}"
        );
        (sql, values)
    }

    /// Everything that matches, sorted.
    pub(super) fn sorted(&self, dialect: Dialect, wanted: &Wanted<'_>) -> Sql {
        let (join, (exactly, more)) = self.exactly();
        let key = column(wanted, "d");
        let (beyond, keyset) = Stretch::of(wanted).within(wanted, &key, "d.product_id");
        let mut values = vec![self.condition(dialect)];
        values.extend(more);
        values.extend(keyset);
        values.push(limit(self.rows));
        let order = clause(wanted.order);
        let sql = match dialect {
            Dialect::Sqlite => format!(
                "SELECT {key} AS key, d.product_id AS id FROM search_text CROSS JOIN search_doc d{join} \
                 WHERE search_text MATCH ? AND d.number = search_text.rowid{exactly}{beyond}{order}"
            ),
            Dialect::Postgres => format!(
                "WITH hit AS MATERIALIZED (SELECT d.title_key, d.price, d.product_id FROM search_doc d \
                 WHERE d.terms @@ CAST(? AS tsquery)) \
                 SELECT {key} AS key, d.product_id AS id FROM hit d{join} WHERE true{exactly}{beyond}{order}"
            ),
        };
        (sql, values)
    }

    /// Where the list stands after `steps`; no row when the stretch is shorter.
    pub(super) fn step(&self, wanted: &Wanted<'_>, stretch: &Stretch, steps: i64) -> Sql {
        let (source, mut values) = self.list();
        let (alias, id) = self.columns();
        let key = column(wanted, alias);
        let (within, keys) = stretch.within(wanted, &key, id);
        values.extend(keys);
        values.push(1_i64.into());
        let order = clause(wanted.order);
        (format!("SELECT {key} AS key, {id} AS id FROM {source}{within}{order} OFFSET {steps}"), values)
    }

    /// What has the words, along a stretch of the list.
    pub(super) fn walk(&self, wanted: &Wanted<'_>, stretch: &Stretch) -> Sql {
        let (source, mut values) = self.list();
        let (alias, id) = self.columns();
        let source = match alias {
            "p" => source,
            _ => source.replacen("shelf s", "shelf s JOIN product p ON p.id = s.product_id", 1),
        };
        let key = column(wanted, alias);
        let (mut sql, keys) = stretch.within(wanted, &key, id);
        values.extend(keys);
        let (words, more) = matching::words(self.query, self.field);
        values.extend(more);
        sql.push_str(&words);
        if self.shelves.len() > 1 {
            let marks = vec!["?"; self.shelves.len()].join(", ");
            let on_one = format!("s.category IN ({marks}) AND s.listed = 1 AND s.product_id = p.id");
            // Counted, so that it is asked of each product with the words. EXISTS becomes a join, for which Postgres may read
            // the shelves from their beginning.
            let _ = write!(sql, " AND (SELECT COUNT(*) FROM shelf s WHERE {on_one}) > 0");
            values.extend(self.shelves.iter().map(|&shelf| Value::from(shelf)));
        }
        values.push(limit(self.rows));
        let order = clause(wanted.order);
        (format!("SELECT {key} AS key, {id} AS id FROM {source}{sql}{order}"), values)
    }

    /// The list that is walked: one shelf's own, or the whole shop's.
    fn list(&self) -> Sql {
        match self.shelves {
            [one] => ("shelf s WHERE s.category = ? AND s.listed = 1".to_owned(), vec![(*one).into()]),
            _ => ("product p WHERE p.status = 'active'".to_owned(), Vec::new()),
        }
    }

    const fn columns(&self) -> (&'static str, &'static str) {
        match self.shelves {
            [_] => ("s", "s.product_id"),
            _ => ("p", "p.id"),
        }
    }
}

fn column(wanted: &Wanted<'_>, alias: &str) -> String {
    match wanted.order.column {
        Column::Title | Column::LowerTitle => format!("{alias}.title_key"),
        Column::Price | Column::Newest | Column::Relevance => format!("{alias}.price"),
    }
}

fn limit(rows: u64) -> Value {
    i64::try_from(rows).unwrap_or(i64::MAX).into()
}
