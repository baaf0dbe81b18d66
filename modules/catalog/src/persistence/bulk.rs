//! Many rows with few statements.

use kernel_db::{DbError, Tx};
use sea_orm::Value;

/// An insert of any number of rows: `head` ends before `VALUES`, `tail` says what to do on a conflict.
pub(crate) struct Insert {
    pub(crate) head: &'static str,
    /// Values in a row.
    pub(crate) width: usize,
    pub(crate) tail: &'static str,
}

/// So many values fit into one statement, well below the 32,766 of SQLite.
const VALUES: usize = 8_000;

/// Rows go in powers of four, so that the statements that have to be prepared stay few.
const STEP: usize = 4;

impl Insert {
    /// Inserts `values`, row after row; answers how many rows were inserted or changed.
    pub(crate) async fn run(&self, tx: &Tx, values: Vec<Value>) -> Result<u64, DbError> {
        let mut rows = values.len() / self.width;
        let mut left = values.into_iter();
        let mut size = STEP.pow((VALUES / self.width).ilog(STEP));
        let mut done = 0;
        while rows > 0 {
            if size > rows {
                size /= STEP;
                continue;
            }
            let chunk: Vec<Value> = left.by_ref().take(size * self.width).collect();
            done += tx.run(&self.sql(size), chunk).await?;
            rows -= size;
        }
        Ok(done)
    }

    fn sql(&self, rows: usize) -> String {
        let mut row = format!("({}), ", "?, ".repeat(self.width));
        row = row.replace(", )", ")");
        let mut sql = format!("{} VALUES {}", self.head, row.repeat(rows));
        sql.truncate(sql.len().saturating_sub(2));
        sql.push(' ');
        sql.push_str(self.tail);
        sql
    }
}
