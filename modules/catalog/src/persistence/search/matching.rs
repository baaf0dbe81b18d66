//! One condition on the full-text index, as each database writes it; and the same on `product.words`.

use kernel_db::Dialect;
use sea_orm::Value;

use super::terms;
use crate::domain::{Query, Status};

/// Where the words must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Any,
    /// All of them in the title or the SKUs.
    Title,
    /// Anywhere, but not all of them there.
    Rest,
}

/// Which products an index is asked for: by their status, `None` for all.
pub(super) type Wanted = Option<Status>;

/// The index's own condition, to be bound to `MATCH ?` or `@@ CAST(? AS tsquery)`. It may find a little more than
/// [`words`] does, unless the query is exact.
pub(super) fn condition(dialect: Dialect, query: &Query, field: Field, shelves: &[i64], status: Wanted) -> String {
    let words = match (field, status) {
        (_, Some(Status::Draft | Status::Archived)) => all(dialect, &query.unlisted()),
        (_, None) => {
            let each = [all(dialect, &query.anywhere()), all(dialect, &query.unlisted())];
            format!("({})", each.join(or(dialect)))
        }
        (Field::Title, _) => all(dialect, &query.in_title()),
        (Field::Rest, _) if query.is_exact() => {
            let (anywhere, title) = (all(dialect, &query.anywhere()), all(dialect, &query.in_title()));
            match dialect {
                Dialect::Sqlite => format!("({anywhere} NOT {title})"),
                Dialect::Postgres => format!("({anywhere} & !{title})"),
            }
        }
        (Field::Any | Field::Rest, _) => all(dialect, &query.anywhere()),
    };
    let mut conditions = vec![words];
    if !shelves.is_empty() {
        let shelves: Vec<String> = shelves.iter().map(|&shelf| quoted(dialect, &terms::category(shelf))).collect();
        conditions.push(format!("({})", shelves.join(or(dialect))));
    }
    if let Some(status @ (Status::Draft | Status::Archived)) = status {
        conditions.push(quoted(dialect, &terms::status(status.as_str())));
    }
    conditions.join(and(dialect))
}

/// Conditions on `p.words` that say exactly what is wanted, each after `AND`.
pub(super) fn words(query: &Query, field: Field) -> (String, Vec<Value>) {
    let anywhere = patterns(query, "");
    let title = patterns(query, "\n%");
    // A word is letters, digits and marks of theirs, so there is nothing to escape.
    let like = |count: usize| vec!["p.words LIKE ?"; count].join(" AND ");
    let sql = match field {
        Field::Any => format!(" AND {}", like(anywhere.len())),
        Field::Title => format!(" AND {}", like(title.len())),
        Field::Rest => format!(" AND {} AND NOT ({})", like(anywhere.len()), like(title.len())),
    };
    let values = match field {
        Field::Any => anywhere,
        Field::Title => title,
        Field::Rest => anywhere.into_iter().chain(title).collect(),
    };
    (sql, values)
}

fn patterns(query: &Query, tail: &str) -> Vec<Value> {
    query.words().iter().map(|word| format!("% {word}%{tail}").into()).collect()
}

fn all(dialect: Dialect, terms: &[String]) -> String {
    let terms: Vec<String> = terms.iter().map(|term| quoted(dialect, term)).collect();
    format!("({})", terms.join(and(dialect)))
}

/// Terms are letters, digits and marks: nothing in them means anything to either database.
fn quoted(dialect: Dialect, term: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("\"{term}\""),
        Dialect::Postgres => format!("'{term}'"),
    }
}

const fn and(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => " AND ",
        Dialect::Postgres => " & ",
    }
}

const fn or(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => " OR ",
        Dialect::Postgres => " | ",
    }
}
