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
}

impl Write {
    /// `sql` as [`Dialect::statement`] says, without `RETURNING`.
    pub fn new(sql: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.into(), values: values.into_iter().collect(), waits_for_disk: true }
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

    /// Runs `write` beside those that come next; [`Tx::ran_beside`] answers what came of it.
    pub(crate) fn run_beside(&self, write: Write) {
        self.set_beside(Beside::Waits(write));
    }

    /// How many rows the write of [`Tx::run_beside`] has changed. It is run now when nothing was written since.
    pub(crate) async fn ran_beside(&self) -> Result<u64, DbError> {
        self.run_last(Vec::new()).await?;
        match self.take_beside() {
            Beside::Changed(rows) => Ok(rows),
            Beside::Nothing | Beside::Waits(_) => Ok(0),
        }
    }

    async fn write(&self, mut writes: Vec<Write>, mut news: Vec<Envelope>) -> Result<Vec<u64>, DbError> {
        let beside = self.take_beside();
        let is_first = matches!(beside, Beside::Waits(_));
        match beside {
            Beside::Waits(write) => writes.insert(0, write),
            other => self.set_beside(other),
        }
        let mut changed = match (self.dialect(), writes.as_slice()) {
            (_, []) if news.is_empty() => Vec::new(),
            (_, [one]) if news.is_empty() && one.waits_for_disk => vec![self.run(&one.sql, one.values.clone()).await?],
            (Dialect::Sqlite, _) => self.one_after_another(writes, &mut news).await?,
            (Dialect::Postgres, _) => self.at_once(writes, &mut news).await?,
        };
        if is_first {
            self.set_beside(Beside::Changed(changed.remove(0)));
        }
        self.note_written(news);
        Ok(changed)
    }

    /// Each statement is followed by the question what it has done.
    async fn one_after_another(&self, writes: Vec<Write>, news: &mut [Envelope]) -> Result<Vec<u64>, DbError> {
        let many = writes.len();
        let news_too = (!news.is_empty()).then(|| (outbox::write(Dialect::Sqlite, news), "last_insert_rowid()"));
        let (mut sql, mut values) = (Vec::with_capacity(many + 1), Vec::new());
        for (write, question) in writes.into_iter().map(|write| (write, "changes()")).chain(news_too) {
            sql.push(format!("{}; SELECT {question}", write.sql));
            values.extend(write.values);
        }
        let rows = self.rows(&sql.join("; "), values).await?;
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
        let row = self.row(&sql, values).await?.ok_or_else(|| DbError::corrupt("write", "it was not counted"))?;
        if !news.is_empty() {
            outbox::number(news, row.try_get_by_index(many)?);
        }
        let count = |n: usize| Ok(u64::try_from(row.try_get_by_index::<i64>(n)?).unwrap_or_default());
        (0..many).map(count).collect()
    }
}

/// A write that goes with the next.
#[derive(Debug, Default)]
pub(crate) enum Beside {
    #[default]
    Nothing,
    Waits(Write),
    /// So many rows.
    Changed(u64),
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
