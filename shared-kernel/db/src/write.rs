//! Several writes in one round trip, and the last of a transaction.

use std::borrow::Cow;

use kernel::Envelope;
use sea_orm::Value;

use crate::{DbError, Dialect, Tx, outbox};

/// A statement that changes rows and answers nothing but how many, to be run beside others.
#[derive(Debug, Clone)]
pub struct Write {
    sql: Cow<'static, str>,
    values: Vec<Value>,
    waits_for_disk: bool,
    /// How many rows it must change.
    expected: Option<u64>,
}

impl Write {
    /// `sql` as [`Dialect::statement`] says, without `RETURNING`.
    pub fn new(sql: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.into(), values: values.into_iter().collect(), waits_for_disk: true, expected: None }
    }

    /// Says how many rows it must change, see [`Tx::save`].
    #[must_use]
    pub fn changing(self, rows: usize) -> Self {
        Self { expected: Some(u64::try_from(rows).unwrap_or(u64::MAX)), ..self }
    }

    /// The transaction's commit need not wait for the disk, see [`Dialect::statement`].
    pub(crate) fn without_sync(self) -> Self {
        Self { waits_for_disk: false, ..self }
    }
}

impl Tx {
    /// Runs writes that have nothing to do with each other; answers how many rows each changed.
    ///
    /// They go in one round trip, whatever their number. On Postgres they are one statement, so none sees what another has
    /// written, and no row is to be changed by two.
    pub async fn run_all(&self, writes: Vec<Write>) -> Result<Vec<u64>, DbError> {
        self.run_held().await?;
        let many = writes.len();
        let mut changed = self.write(self.with_beside(writes), Vec::new(), Then::Goes).await?;
        changed.truncate(many);
        Ok(changed)
    }

    /// As [`Tx::run_all`], for what a unit of work has changed. The writes are held back until the work runs another statement,
    /// or is done: then they go together with the events that the transaction publishes, and on SQLite with its commit.
    ///
    /// # Errors
    ///
    /// [`DbError::Overtaken`], as late as the writes are run, when one of them changes another number of rows than
    /// [`Write::changing`] says. Nothing is kept then.
    pub async fn save(&self, writes: Vec<Write>) -> Result<(), DbError> {
        self.run_held().await?;
        self.held().writes = writes;
        Ok(())
    }

    /// Runs `write` beside those that come next. What the work reads before that must not depend on it.
    pub(crate) fn run_beside(&self, write: Write) {
        self.held().beside = Some(write);
    }

    /// Runs what is held back, and writes what the transaction publishes. On SQLite it commits with that.
    ///
    /// On Postgres those who publish have their turn from here to the commit, and others who publish wait for it.
    pub(crate) async fn end(&self) -> Result<(), DbError> {
        let (writes, news) = (std::mem::take(&mut self.held().writes), self.take_unwritten());
        self.write(self.with_beside(writes), news, Then::Commits).await.map(|_| ())
    }

    /// Runs what was held back, because another statement comes.
    pub(crate) async fn run_held(&self) -> Result<(), DbError> {
        let writes = std::mem::take(&mut self.held().writes);
        if writes.is_empty() {
            return Ok(());
        }
        self.write(self.with_beside(writes), Vec::new(), Then::Goes).await.map(|_| ())
    }

    /// `writes`, and after them the one that goes beside them.
    fn with_beside(&self, mut writes: Vec<Write>) -> Vec<Write> {
        writes.extend(self.held().beside.take());
        writes
    }

    async fn write(&self, writes: Vec<Write>, mut news: Vec<Envelope>, then: Then) -> Result<Vec<u64>, DbError> {
        let expected: Vec<_> = writes.iter().map(|write| write.expected).collect();
        let changed = match (self.dialect(), writes.as_slice()) {
            (_, []) if news.is_empty() => Vec::new(),
            (Dialect::Sqlite, _) => self.one_after_another(writes, &mut news, then).await?,
            (Dialect::Postgres, [one]) if news.is_empty() && one.waits_for_disk => {
                let statement = self.dialect().statement(&one.sql, one.values.clone());
                vec![self.execute_now(statement).await?.rows_affected()]
            }
            (Dialect::Postgres, _) => self.at_once(writes, &mut news).await?,
        };
        let as_expected = |(changed, expected): (&u64, &Option<u64>)| expected.is_none_or(|rows| rows == *changed);
        if !changed.iter().zip(&expected).all(as_expected) {
            return Err(DbError::Overtaken);
        }
        self.note_written(news);
        Ok(changed)
    }

    /// Each statement is followed by the question what it has done. A commit is not reached when one of them has changed
    /// other rows than it must.
    async fn one_after_another(
        &self,
        writes: Vec<Write>,
        news: &mut [Envelope],
        then: Then,
    ) -> Result<Vec<u64>, DbError> {
        let many = writes.len();
        let news_too = (!news.is_empty()).then(|| (outbox::write(Dialect::Sqlite, news), "last_insert_rowid()"));
        let (mut sql, mut values) = (Vec::with_capacity(many + 1), Vec::new());
        for (write, question) in writes.into_iter().map(|write| (write, "changes()")).chain(news_too) {
            values.extend(write.values);
            match write.expected {
                Some(rows) if then == Then::Commits => {
                    sql.push(format!("{}; SELECT {question}, {FAIL_UNLESS_CHANGED}", write.sql));
                    values.push(i64::try_from(rows).unwrap_or(i64::MAX).into());
                }
                _ => sql.push(format!("{}; SELECT {question}", write.sql)),
            }
        }
        let rows = self.query_now(self.dialect().statement(&sql.join("; "), values), then).await;
        let rows = match rows {
            Err(error) if error.to_string().contains(NOT_CHANGED) => return Err(DbError::Overtaken),
            rows => rows?,
        };
        let answers: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
        let answers = answers?;
        if let Some(&newest) = answers.get(many) {
            outbox::number(news, newest);
        }
        Ok(answers.into_iter().take(many).map(|changed| u64::try_from(changed).unwrap_or_default()).collect())
    }

    async fn at_once(&self, writes: Vec<Write>, news: &mut [Envelope]) -> Result<Vec<u64>, DbError> {
        let many = writes.len();
        let mut statement = Statement::of(writes);
        if !news.is_empty() {
            statement.publish(news);
        }
        let (sql, values) = statement.whole();
        let rows = self.query_now(self.dialect().statement(&sql, values), Then::Goes).await?;
        let row = rows.first().ok_or_else(|| DbError::corrupt("write", "it was not counted"))?;
        if !news.is_empty() {
            outbox::number(news, row.try_get_by_index(many)?);
        }
        let count = |n: usize| Ok(u64::try_from(row.try_get_by_index::<i64>(n)?).unwrap_or_default());
        (0..many).map(count).collect()
    }
}

/// Fails the statements on SQLite when the one before has not changed the number of rows that is bound: there is no absolute
/// value of the least integer.
const FAIL_UNLESS_CHANGED: &str = "abs(-9223372036854775807 - (changes() <> ?))";
const NOT_CHANGED: &str = "integer overflow";

/// What follows some writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The transaction goes on.
    Goes,
    /// It commits, where a commit can travel with a statement.
    Commits,
}

/// What a transaction has yet to write.
#[derive(Debug, Default)]
pub(crate) struct HeldBack {
    writes: Vec<Write>,
    /// Goes with the next writes.
    beside: Option<Write>,
}

impl HeldBack {
    pub(crate) fn comes_first(&self) -> bool {
        !self.writes.is_empty()
    }
}

/// Many writes as the parts of one statement on Postgres.
struct Statement {
    parts: Vec<String>,
    /// What it answers: how many rows each part has changed, then the position of the newest event.
    answers: Vec<String>,
    /// What it says of its transaction.
    settings: Vec<&'static str>,
    values: Vec<Value>,
}

impl Statement {
    fn of(writes: Vec<Write>) -> Self {
        let part = |(n, write): (usize, &Write)| format!("part{n} AS ({} RETURNING 1)", write.sql);
        let parts = writes.iter().enumerate().map(part).collect();
        let answers = (0..writes.len()).map(|n| format!("(SELECT COUNT(*) FROM part{n})")).collect();
        let mut settings = Vec::new();
        if writes.iter().any(|write| !write.waits_for_disk) {
            settings.push("set_config('synchronous_commit', 'off', true)");
        }
        Self { parts, answers, settings, values: writes.into_iter().flat_map(|write| write.values).collect() }
    }

    /// Takes the turn of those who publish, once all the others are done, and writes `events`.
    ///
    /// Whoever stands still in his turn loses it after two seconds, and his transaction with it. And its commit waits for
    /// the disk, whatever it said before: a position must not come back with another event.
    fn publish(&mut self, events: &[Envelope]) {
        let turn = "UPDATE outbox_head SET position = position + ? WHERE one";
        let after_all: Vec<_> = self.answers.iter().map(|count| format!("AND {count} >= 0 ")).collect();
        let Write { sql, values, .. } = outbox::write(Dialect::Postgres, events);
        self.parts.push(format!("turn AS ({turn} {}RETURNING position)", after_all.concat()));
        self.parts.push(format!("news AS ({sql})"));
        self.values.push(i64::try_from(events.len()).unwrap_or(i64::MAX).into());
        self.values.extend(values);
        self.answers.push("(SELECT position FROM turn)".to_owned());
        self.settings.push("set_config('idle_in_transaction_session_timeout', '2s', true)");
        self.settings.push("set_config('synchronous_commit', NULL, true)");
    }

    fn whole(self) -> (String, Vec<Value>) {
        let answers: Vec<&str> = self.answers.iter().map(String::as_str).chain(self.settings).collect();
        (format!("WITH {} SELECT {}", self.parts.join(", "), answers.join(", ")), self.values)
    }
}
