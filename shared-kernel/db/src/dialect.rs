//! The few words in which SQLite and Postgres differ. Everything else is one SQL for both.

use sea_orm::{DbBackend, Statement, Value};
use serde::Serialize;

use crate::SqlText;

/// Which database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    pub const fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
        }
    }

    /// As settings and people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// A statement written with `?` for its values, and with these words where the databases differ:
    ///
    /// - `{rows}` or `{rows} AS name`: a table with one column `value`, a JSON array a row, made from one bound
    ///   value. One text for any number of rows, so it is prepared once. A struct that derives [`crate::Rows`] writes
    ///   what reads the cells.
    /// - `{ids}` and `{texts}`: what stands after `IN`, made from one bound value, see [`crate::rows::ids`] and
    ///   [`crate::rows::texts`].
    /// - `{id}(…)` and `{time}(…)`: a cell of `{rows}` as an id (written without dashes, `Uuid::simple`) or as a
    ///   time (written by `DateTime::to_rfc3339`), as the column has it.
    /// - `{each}(…) AS name`: a table with one column `value`, an element of a column's JSON array a row.
    /// - `{bytewise}`, after a column by which is sorted: in the order of bytes, which is that of `str` in Rust.
    /// - `{for_update}`: locks the rows read. Nothing on SQLite, where a write transaction is alone anyway.
    /// - `{skip_locked}`: as `{for_update}`, passing by what another process holds.
    /// - `{and_without_sync}`: at the end of what a statement returns. The commit does not wait for the disk: a crash of
    ///   the server may undo it, with whatever was committed after it. Nothing on SQLite, where a sync is shared anyway.
    pub fn statement<'a>(self, sql: impl Into<SqlText<'a>>, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), sql.into().translated(self), values)
    }

    /// In one pass: statements that are composed anew each time are translated each time.
    pub(crate) fn translate(self, sql: &str) -> String {
        let mut text = String::with_capacity(sql.len() + sql.len() / 2);
        let mut placeholders = 0;
        self.translate_into(&mut text, &mut placeholders, sql);
        text
    }

    fn translate_into(self, text: &mut String, placeholders: &mut usize, sql: &str) {
        let mut rest = sql;
        while let Some((before, from)) = rest.find(['{', '?']).and_then(|at| rest.split_at_checked(at)) {
            text.push_str(before);
            rest = if let Some(after) = from.strip_prefix('?') {
                self.placeholder(text, placeholders);
                after
            } else if let Some((meaning, after)) = from.split_once('}').and_then(|(word, after)| {
                // What is left of the first brace is nothing.
                Some((self.meaning(word.get(1..)?, after)?, after))
            }) {
                self.translate_into(text, placeholders, meaning);
                after
            } else {
                text.push('{');
                from.get(1..).unwrap_or_default()
            };
        }
        text.push_str(rest);
    }

    /// `?` becomes `$1`, `$2`, … for Postgres. There is no `?` in a literal or operator of ours.
    fn placeholder(self, text: &mut String, placeholders: &mut usize) {
        *placeholders += 1;
        match self {
            Self::Sqlite => text.push('?'),
            Self::Postgres => {
                text.push('$');
                text.push_str(&placeholders.to_string());
            }
        }
    }

    /// What stands in the place of a word in braces that is followed by `after`. It may have words of its own.
    fn meaning(self, word: &str, after: &str) -> Option<&'static str> {
        let (sqlite, postgres) = match word {
            // A table that is made in the statement must have a name on Postgres.
            "rows" if after.starts_with(" AS ") => ("json_each(?)", FEW_ROWS),
            "rows" => ("json_each(?)", FEW_ROWS_NAMED),
            "ids" => ("(SELECT {id}(value ->> 0) FROM {rows})", "(SELECT {id}(value ->> 0) FROM {rows})"),
            "texts" => ("(SELECT value ->> 0 FROM {rows})", "(SELECT value ->> 0 FROM {rows})"),
            "id" => ("unhex", "uuid"),
            "time" => ("", "timestamptz"),
            "each" => ("json_each", "json_array_elements"),
            "bytewise" => ("", "COLLATE \"C\""),
            "for_update" => ("", "FOR UPDATE"),
            "skip_locked" => ("", "FOR UPDATE SKIP LOCKED"),
            "and_without_sync" => ("", ", set_config('synchronous_commit', 'off', true)"),
            _ => return None,
        };
        Some(if self == Self::Sqlite { sqlite } else { postgres })
    }
}

macro_rules! few_rows {
    () => {
        "(SELECT value FROM jsonb_array_elements(CAST(? AS jsonb)) LIMIT (SELECT 1000000))"
    };
}

/// Postgres takes any array for a hundred rows, and would rather read a whole table than look up as many. A limit that
/// it cannot foresee makes it expect ten.
const FEW_ROWS: &str = few_rows!();
const FEW_ROWS_NAMED: &str = concat!(few_rows!(), " AS given");

/// The value to bind for `{rows}`: an array of arrays, one for each row.
pub fn rows<R: Serialize>(rows: &[R]) -> Value {
    serde_json::to_string(rows).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    #[test]
    fn one_sql_two_dialects() {
        let sql = "SELECT value ->> 0 FROM {rows} WHERE a = ? {skip_locked}";
        assert_eq!(Dialect::Sqlite.translate(sql).trim_end(), "SELECT value ->> 0 FROM json_each(?) WHERE a = ?");
        assert_eq!(
            Dialect::Postgres.translate(sql),
            "SELECT value ->> 0 FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) \
             AS given WHERE a = $2 FOR UPDATE SKIP LOCKED"
        );
        assert_eq!(
            Dialect::Postgres.translate("a = ? AND b IN {ids} AND c = ? AND d IN ('{}', '{', '{x}')"),
            "a = $1 AND b IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($2 AS jsonb)) \
             LIMIT (SELECT 1000000)) AS given) AND c = $3 AND d IN ('{}', '{', '{x}')"
        );
        assert!(Dialect::Postgres.translate("FROM {rows} AS wanted").ends_with("1000000)) AS wanted"));
    }
}
