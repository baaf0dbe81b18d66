//! Several writes in one round trip.

use std::borrow::Cow;

use sea_orm::{ConnectionTrait, Value};

use crate::{DbError, Dialect, Tx};

/// A statement that changes rows and answers nothing but how many, to be run beside others.
#[derive(Debug, Clone)]
pub struct Write {
    sql: Cow<'static, str>,
    values: Vec<Value>,
    publishes: bool,
}

impl Write {
    /// `sql` as [`Dialect::statement`] says, without `RETURNING`.
    pub fn new(sql: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.into(), values: values.into_iter().collect(), publishes: false }
    }

    /// One that writes to the outbox.
    pub(crate) fn publishing(self) -> Self {
        Self { publishes: true, ..self }
    }
}

impl Tx {
    /// Runs writes that have nothing to do with each other; answers how many rows each changed.
    ///
    /// On Postgres they are one statement, whatever their number. So none sees what another has written, and no row is
    /// changed by two.
    pub async fn run_all(&self, writes: Vec<Write>) -> Result<Vec<u64>, DbError> {
        if self.dialect() == Dialect::Postgres && writes.len() > 1 {
            return self.run_as_one(writes).await;
        }
        let mut changed = Vec::with_capacity(writes.len());
        for Write { sql, values, publishes } in writes {
            let result = self.execute_raw(self.dialect().statement(&sql, values)).await?;
            if publishes {
                self.note_published(match self.dialect() {
                    Dialect::Sqlite => i64::try_from(result.last_insert_id()).unwrap_or(i64::MAX),
                    Dialect::Postgres => UNNUMBERED,
                });
            }
            changed.push(result.rows_affected());
        }
        Ok(changed)
    }

    async fn run_as_one(&self, writes: Vec<Write>) -> Result<Vec<u64>, DbError> {
        let parts = writes.iter().enumerate().map(|(n, write)| format!("part{n} AS ({} RETURNING 1)", write.sql));
        let counts = (0..writes.len()).map(|n| format!("(SELECT COUNT(*) FROM part{n})"));
        let sql = format!("WITH {} SELECT {}", join(parts), join(counts));
        let (many, publishes) = (writes.len(), writes.iter().any(|write| write.publishes));
        let values: Vec<Value> = writes.into_iter().flat_map(|write| write.values).collect();
        let row = self.row(&sql, values).await?.ok_or_else(|| DbError::corrupt("write", "it was not counted"))?;
        if publishes {
            self.note_published(UNNUMBERED);
        }
        let count = |n: usize| Ok(u64::try_from(row.try_get_by_index::<i64>(n)?).unwrap_or_default());
        (0..many).map(count).collect()
    }
}

/// A position that comes after the commit.
const UNNUMBERED: i64 = -1;

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
