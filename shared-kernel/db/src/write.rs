//! Several writes in one round trip, and the last of a transaction.

use std::borrow::Cow;

use sea_orm::{ConnectionTrait, QueryResult, Value};

use crate::{DbError, Dialect, Tx, outbox};

/// A statement that changes rows and answers nothing but how many, to be run beside others.
#[derive(Debug, Clone)]
pub struct Write {
    sql: Cow<'static, str>,
    values: Vec<Value>,
}

impl Write {
    /// `sql` as [`Dialect::statement`] says, without `RETURNING`.
    pub fn new(sql: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.into(), values: values.into_iter().collect() }
    }
}

impl Tx {
    /// Runs writes that have nothing to do with each other; answers how many rows each changed.
    ///
    /// On Postgres they are one statement, whatever their number. So none sees what another has written, and no row is
    /// changed by two.
    pub async fn run_all(&self, writes: Vec<Write>) -> Result<Vec<u64>, DbError> {
        if self.dialect() == Dialect::Postgres && writes.len() > 1 {
            let many = writes.len();
            return counts(&self.run_as_one(Statement::of(writes)).await?, many);
        }
        let mut changed = Vec::with_capacity(writes.len());
        for Write { sql, values } in writes {
            changed.push(self.run(&sql, values).await?);
        }
        Ok(changed)
    }

    /// As [`Tx::run_all`], and writes what the transaction publishes to the outbox. For the last that it does: on
    /// Postgres it has its turn from here to its commit, and others who publish wait for it. What it still does after
    /// that should lock nothing.
    ///
    /// What nobody writes so is written, by a statement of its own, when the work is done.
    pub async fn run_last(&self, writes: Vec<Write>) -> Result<Vec<u64>, DbError> {
        let mut events = self.take_unwritten();
        if events.is_empty() {
            return self.run_all(writes).await;
        }
        let news = outbox::write(self.dialect(), &events);
        let (changed, newest) = match self.dialect() {
            Dialect::Sqlite => {
                let changed = self.run_all(writes).await?;
                let written = self.execute_raw(self.dialect().statement(&news.sql, news.values)).await?;
                (changed, i64::try_from(written.last_insert_id()).unwrap_or(i64::MAX))
            }
            Dialect::Postgres => {
                let many = writes.len();
                let row = self.run_as_one(Statement::of(writes).in_turn(events.len(), news)).await?;
                (counts(&row, many)?, row.try_get_by_index(many)?)
            }
        };
        outbox::number(&mut events, newest);
        self.note_written(events);
        Ok(changed)
    }

    async fn run_as_one(&self, Statement { parts, answers, values }: Statement) -> Result<QueryResult, DbError> {
        let sql = format!("WITH {} SELECT {}", parts.join(", "), answers.join(", "));
        self.row(&sql, values).await?.ok_or_else(|| DbError::corrupt("write", "it was not counted"))
    }
}

fn counts(row: &QueryResult, many: usize) -> Result<Vec<u64>, DbError> {
    let count = |n: usize| Ok(u64::try_from(row.try_get_by_index::<i64>(n)?).unwrap_or_default());
    (0..many).map(count).collect()
}

/// Many writes as the parts of one statement on Postgres.
struct Statement {
    parts: Vec<String>,
    answers: Vec<String>,
    values: Vec<Value>,
}

impl Statement {
    fn of(writes: Vec<Write>) -> Self {
        let part = |(n, write): (usize, &Write)| format!("part{n} AS ({} RETURNING 1)", write.sql);
        let parts = writes.iter().enumerate().map(part).collect();
        let answers = (0..writes.len()).map(|n| format!("(SELECT COUNT(*) FROM part{n})")).collect();
        Self { parts, answers, values: writes.into_iter().flat_map(|write| write.values).collect() }
    }

    /// Takes the turn of those who publish, once all the others are done, and writes so many events.
    ///
    /// Whoever stands still in his turn loses it after two seconds, and his transaction with it. And its commit waits for
    /// the disk, whatever it said before: a position must not come back with another event.
    fn in_turn(mut self, events: usize, news: Write) -> Self {
        let done = if self.answers.is_empty() { "0".to_owned() } else { self.answers.join(" + ") };
        self.parts.push(format!(
            "turn AS (UPDATE outbox_head SET position = position + ? WHERE {done} >= 0 RETURNING position)"
        ));
        self.parts.push(format!("news AS ({})", news.sql));
        self.answers.push(
            "(SELECT position FROM turn), set_config('idle_in_transaction_session_timeout', '2s', true), \
             set_config('synchronous_commit', NULL, true)"
                .to_owned(),
        );
        self.values.push(i64::try_from(events).unwrap_or(i64::MAX).into());
        self.values.extend(news.values);
        self
    }
}
