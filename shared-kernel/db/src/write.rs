//! Several writes in one round trip, and the last of a transaction.

use std::borrow::Cow;

use kernel::Envelope;
use sea_orm::{ConnectionTrait as _, Value};

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
        self.write(writes, Vec::new()).await
    }

    /// As [`Tx::run_all`], and writes what the transaction publishes to the outbox. For the last that it does: on
    /// Postgres it has its turn from here to its commit, and others who publish wait for it. What it still does after
    /// that should lock nothing.
    ///
    /// What nobody writes so is written, by a statement of its own, when the work is done.
    pub async fn run_last(&self, writes: Vec<Write>) -> Result<Vec<u64>, DbError> {
        let news = self.take_unwritten();
        self.write(writes, news).await
    }

    /// As [`Tx::run_last`], and the last thing that a unit of work does: on SQLite the transaction commits with it.
    ///
    /// `None` when one of the writes has changed another number of rows than [`Write::changing`] said. The work answers an
    /// error then, so that nothing is kept.
    pub async fn save(&self, writes: Vec<Write>) -> Result<Option<Vec<u64>>, DbError> {
        let news = self.take_unwritten();
        self.write_checked(writes, news, true).await
    }

    /// Runs `write` beside those that come next; [`Tx::save_beside`] says whether it did what it must.
    pub(crate) fn run_beside(&self, write: Write) {
        self.set_beside(Beside::Waits(write));
    }

    /// As [`Tx::save`], for the write of [`Tx::run_beside`], which is run now when nothing was written since.
    pub(crate) async fn save_beside(&self) -> Result<bool, DbError> {
        if self.save(Vec::new()).await?.is_none() {
            return Ok(false);
        }
        Ok(matches!(self.take_beside(), Beside::Changed { as_expected: true }))
    }

    async fn write(&self, writes: Vec<Write>, news: Vec<Envelope>) -> Result<Vec<u64>, DbError> {
        Ok(self.write_checked(writes, news, false).await?.unwrap_or_default())
    }

    async fn write_checked(
        &self,
        mut writes: Vec<Write>,
        mut news: Vec<Envelope>,
        is_last: bool,
    ) -> Result<Option<Vec<u64>>, DbError> {
        let beside = self.take_beside();
        let is_first = matches!(beside, Beside::Waits(_));
        match beside {
            Beside::Waits(write) => writes.insert(0, write),
            other => self.set_beside(other),
        }
        let expected: Vec<_> = writes.iter().map(|write| write.expected).collect();
        let changed = match (self.dialect(), writes.as_slice()) {
            (_, []) if news.is_empty() => Some(Vec::new()),
            (Dialect::Sqlite, _) => self.one_after_another(writes, &mut news, is_last).await?,
            (Dialect::Postgres, [one]) if news.is_empty() && one.waits_for_disk => {
                Some(vec![self.run(&one.sql, one.values.clone()).await?])
            }
            (Dialect::Postgres, _) => Some(self.at_once(writes, &mut news).await?),
        };
        let Some(mut changed) = changed else { return Ok(None) };
        let as_expected = |(changed, expected): (&u64, &Option<u64>)| expected.is_none_or(|rows| rows == *changed);
        if is_last && !changed.iter().zip(&expected).all(as_expected) {
            return Ok(None);
        }
        if is_first {
            let as_expected = changed.iter().zip(&expected).take(1).all(as_expected);
            self.set_beside(Beside::Changed { as_expected });
            changed.remove(0);
        }
        self.note_written(news);
        Ok(Some(changed))
    }

    /// Each statement is followed by the question what it has done. The last of a transaction is followed by its commit,
    /// which is not reached when one of them has changed other rows than it must: `None`.
    async fn one_after_another(
        &self,
        writes: Vec<Write>,
        news: &mut [Envelope],
        is_last: bool,
    ) -> Result<Option<Vec<u64>>, DbError> {
        let many = writes.len();
        let news_too = (!news.is_empty()).then(|| (outbox::write(Dialect::Sqlite, news), "last_insert_rowid()"));
        let (mut sql, mut values) = (Vec::with_capacity(many + 1), Vec::new());
        for (write, question) in writes.into_iter().map(|write| (write, "changes()")).chain(news_too) {
            values.extend(write.values);
            match write.expected {
                Some(rows) if is_last => {
                    sql.push(format!("{}; SELECT changes(), {FAIL_UNLESS_CHANGED}", write.sql));
                    values.push(i64::try_from(rows).unwrap_or(i64::MAX).into());
                }
                _ => sql.push(format!("{}; SELECT {question}", write.sql)),
            }
        }
        let statement = self.dialect().statement(&sql.join("; "), values);
        let rows = if is_last { self.last_rows(statement).await } else { self.query_all_raw(statement).await };
        let rows = match rows {
            Err(error) if is_last && error.to_string().contains(NOT_CHANGED) => return Ok(None),
            rows => rows?,
        };
        let answers: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
        let answers = answers?;
        if let Some(&newest) = answers.get(many) {
            outbox::number(news, newest);
        }
        Ok(Some(answers.into_iter().take(many).map(|changed| u64::try_from(changed).unwrap_or_default()).collect()))
    }

    async fn at_once(&self, writes: Vec<Write>, news: &mut [Envelope]) -> Result<Vec<u64>, DbError> {
        let many = writes.len();
        let mut statement = Statement::of(writes);
        if !news.is_empty() {
            statement.publish(news);
        }
        let (sql, values) = statement.whole();
        let row = self.row(&sql, values).await?.ok_or_else(|| DbError::corrupt("write", "it was not counted"))?;
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

/// A write that goes with the next.
#[derive(Debug, Default)]
pub(crate) enum Beside {
    #[default]
    Nothing,
    Waits(Write),
    Changed {
        as_expected: bool,
    },
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
