//! An open transaction, as the work inside it sees it.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use kernel::{Envelope, Seams};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement, Value};

use crate::{
    Db, DbError, Dialect, SqlText,
    error::{is_disconnected, is_retryable},
    single_writer::SqliteTransaction,
    write::{HeldBack, Then},
};

/// The handle of one transaction. It must not outlive the work that it was given to.
#[derive(Clone)]
pub struct Tx {
    inner: Arc<TxInner>,
}

struct TxInner {
    transaction: Transaction,
    db: Db,
    /// The database chose this transaction as a victim, or its connection was lost; the work may run again.
    retryable: AtomicBool,
    news: Mutex<TxEvents>,
    held: Mutex<HeldBack>,
}

/// The database's own transaction.
pub(crate) enum Transaction {
    Sqlite(SqliteTransaction),
    Postgres(DatabaseTransaction),
}

/// What the transaction publishes.
#[derive(Default)]
struct TxEvents {
    unwritten: Vec<Envelope>,
    /// With their positions.
    written: Vec<Envelope>,
}

impl Tx {
    pub(crate) fn new(transaction: Transaction, db: &Db) -> Self {
        let inner = TxInner {
            transaction,
            db: db.clone(),
            retryable: AtomicBool::new(false),
            news: Mutex::default(),
            held: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The module whose database it is.
    pub fn module(&self) -> &'static str {
        self.inner.db.module()
    }

    pub fn dialect(&self) -> Dialect {
        self.inner.db.dialect()
    }

    pub fn seams(&self) -> &Seams {
        self.inner.db.seams()
    }

    /// Runs a statement written as [`Dialect::statement`] says; answers how many rows it changed.
    pub async fn run(
        &self,
        sql: impl Into<SqlText<'_>> + Send,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<u64, DbError> {
        Ok(self.execute_raw(self.dialect().statement(sql, values)).await?.rows_affected())
    }

    /// Runs a query written as [`Dialect::statement`] says.
    pub async fn rows(
        &self,
        sql: impl Into<SqlText<'_>> + Send,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Vec<QueryResult>, DbError> {
        Ok(self.query_all_raw(self.dialect().statement(sql, values)).await?)
    }

    /// As [`Tx::rows`], for at most one row.
    pub async fn row(
        &self,
        sql: impl Into<SqlText<'_>> + Send,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Option<QueryResult>, DbError> {
        Ok(self.query_one_raw(self.dialect().statement(sql, values)).await?)
    }

    /// Publishes `events` when the transaction commits.
    pub(crate) fn publish(&self, events: Vec<Envelope>) {
        self.news().unwritten.extend(events);
    }

    pub(crate) fn take_unwritten(&self) -> Vec<Envelope> {
        std::mem::take(&mut self.news().unwritten)
    }

    pub(crate) fn note_written(&self, events: Vec<Envelope>) {
        self.news().written.extend(events);
    }

    pub(crate) fn held(&self) -> MutexGuard<'_, HeldBack> {
        self.inner.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn news(&self) -> MutexGuard<'_, TxEvents> {
        self.inner.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the transaction back when the work is done.
    pub(crate) fn finish(self) -> Result<Finished, DbError> {
        let Some(inner) = Arc::into_inner(self.inner) else {
            debug_assert!(false, "a Tx outlived its work");
            return Err(DbError::CommitLost("a transaction handle outlived its work".to_owned()));
        };
        Ok(Finished {
            transaction: inner.transaction,
            retryable: inner.retryable.into_inner(),
            published: inner.news.into_inner().unwrap_or_else(PoisonError::into_inner).written,
        })
    }

    /// What was held back comes before any other statement.
    async fn run_held_first(&self) -> Result<(), DbErr> {
        if !self.held().comes_first() {
            return Ok(());
        }
        self.run_held().await.map_err(|error| match error {
            DbError::Unavailable(error) | DbError::Statement(error) => error,
            DbError::Overtaken => DbErr::RecordNotUpdated,
            other => DbErr::Custom(other.to_string()),
        })
    }

    /// Runs `statement`, which may be several on SQLite; answers the rows of all.
    pub(crate) async fn query_now(&self, statement: Statement, then: Then) -> Result<Vec<QueryResult>, DbErr> {
        self.watch(match (&self.inner.transaction, then) {
            (Transaction::Sqlite(transaction), Then::Goes) => transaction.rows(statement).await,
            (Transaction::Sqlite(transaction), Then::Commits) => transaction.last_rows(statement).await,
            (Transaction::Postgres(transaction), _) => transaction.query_all_raw(statement).await,
        })
    }

    pub(crate) async fn execute_now(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.watch(match &self.inner.transaction {
            Transaction::Sqlite(transaction) => transaction.execute(statement.sql, statement.values).await,
            Transaction::Postgres(transaction) => transaction.execute_raw(statement).await,
        })
    }

    fn watch<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if result.as_ref().is_err_and(|error| is_retryable(error) || is_disconnected(error)) {
            self.inner.retryable.store(true, Ordering::Relaxed);
        }
        result
    }
}

pub(crate) struct Finished {
    pub(crate) transaction: Transaction,
    pub(crate) retryable: bool,
    pub(crate) published: Vec<Envelope>,
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.dialect().backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run_held_first().await?;
        self.execute_now(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run_held_first().await?;
        self.watch(match &self.inner.transaction {
            Transaction::Sqlite(transaction) => transaction.execute(sql.to_owned(), None).await,
            Transaction::Postgres(transaction) => transaction.execute_unprepared(sql).await,
        })
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run_held_first().await?;
        Ok(self.query_now(statement, Then::Goes).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run_held_first().await?;
        self.query_now(statement, Then::Goes).await
    }
}
