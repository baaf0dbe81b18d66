//! The few words in which SQLite and Postgres differ. Everything else is one SQL for both.

use sea_orm::{DbBackend, Statement, Value};
use serde::Serialize;

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
    ///   value (see [`rows`]); read a cell with `value ->> 0`. One text for any number of rows, so it is prepared
    ///   once.
    /// - `{id}(…)` and `{time}(…)`: a cell of `{rows}` as an id (written without dashes, `Uuid::simple`) or as a
    ///   time (written by `DateTime::to_rfc3339`), as the column has it.
    /// - `{each}(…) AS name`: a table with one column `value`, an element of a column's JSON array a row.
    /// - `{bytewise}`, after a column by which is sorted: in the order of bytes, which is that of `str` in Rust.
    /// - `{for_update}`: locks the rows read. Nothing on SQLite, where a write transaction is alone anyway.
    /// - `{skip_locked}`: as `{for_update}`, passing by what another process holds.
    /// - `{and_without_sync}`: at the end of what a statement returns. The commit does not wait for the disk: a crash of
    ///   the server may undo it, with whatever was committed after it. Nothing on SQLite, where a sync is shared anyway.
    pub fn statement(self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), self.translate(sql), values)
    }

    fn translate(self, sql: &str) -> String {
        let (rows, for_update, skip_locked) = match self {
            Self::Sqlite => ("json_each(?)", "", ""),
            Self::Postgres => (FEW_ROWS, "FOR UPDATE", "FOR UPDATE SKIP LOCKED"),
        };
        let each = match self {
            Self::Sqlite => "json_each",
            Self::Postgres => "json_array_elements",
        };
        let (id, time, bytewise, without_sync) = match self {
            Self::Sqlite => ("unhex", "", "", ""),
            Self::Postgres => {
                ("uuid", "timestamptz", "COLLATE \"C\"", ", set_config('synchronous_commit', 'off', true)")
            }
        };
        let sql = match self {
            Self::Sqlite => sql.replace("{rows}", rows),
            // A table that is made in the statement must have a name here.
            Self::Postgres => {
                sql.replace("{rows} AS ", &format!("{rows} AS ")).replace("{rows}", &format!("{rows} AS given"))
            }
        };
        let sql = sql.replace("{for_update}", for_update).replace("{skip_locked}", skip_locked);
        let sql = sql.replace("{and_without_sync}", without_sync).replace("{bytewise}", bytewise);
        let sql = sql.replace("{each}", each);
        let sql = sql.replace("{id}", id).replace("{time}", time);
        match self {
            Self::Sqlite => sql,
            Self::Postgres => number_placeholders(&sql),
        }
    }
}

/// Postgres takes any array for a hundred rows, and would rather read a whole table than look up as many. A limit that
/// it cannot foresee makes it expect ten.
const FEW_ROWS: &str = "(SELECT value FROM jsonb_array_elements(CAST(? AS jsonb)) LIMIT (SELECT 1000000))";

/// The value to bind for `{rows}`: an array of arrays, one for each row.
pub fn rows<R: Serialize>(rows: &[R]) -> Value {
    serde_json::to_string(rows).unwrap_or_default().into()
}

/// `?` becomes `$1`, `$2`, … There is no `?` in a literal or operator of ours.
fn number_placeholders(sql: &str) -> String {
    let mut numbered = String::with_capacity(sql.len() + 16);
    let mut parts = sql.split('?');
    numbered.push_str(parts.next().unwrap_or_default());
    for (index, part) in parts.enumerate() {
        numbered.push('$');
        numbered.push_str(&(index + 1).to_string());
        numbered.push_str(part);
    }
    numbered
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
        assert!(Dialect::Postgres.translate("FROM {rows} AS wanted").ends_with("1000000)) AS wanted"));
    }
}
