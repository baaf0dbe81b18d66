//! The one connection that writes to a SQLite file. Transactions take turns, in the order in which they ask.
//!
//! A statement is a trip to the connection's thread and back, which costs more than most statements do. So `BEGIN` travels
//! with a transaction's first statement, and `COMMIT` can travel with its last: see [`crate::Tx::save`].

use std::sync::Arc;

use sea_orm::{
    DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{
        self, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, SqliteConnection,
        sqlite::SqliteConnectOptions,
    },
};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{DbError, error::ends_transaction};

/// Takes the file's write lock at once, so that no later statement finds it taken.
const BEGIN: &str = "BEGIN IMMEDIATE";

pub(crate) struct SingleWriter {
    turn: Arc<Mutex<Writer>>,
}

struct Writer {
    /// `None` once it is closed.
    connection: Option<SqliteConnection>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    NotBegun,
    Begun,
    /// It was committed with its last statement, or rolled back.
    Over,
    /// A statement failed in a way that ends a transaction, or `BEGIN` did. Nothing of it is kept.
    Lost,
}

impl SingleWriter {
    pub(crate) async fn open(options: &SqliteConnectOptions) -> Result<Self, DbErr> {
        let connection = Some(options.connect().await.map_err(query_error)?);
        Ok(Self { turn: Arc::new(Mutex::new(Writer { connection, stage: Stage::NotBegun })) })
    }

    /// Waits for its turn, which ends when the transaction is dropped.
    pub(crate) async fn begin(&self) -> Result<SqliteTransaction, DbErr> {
        let mut writer = Arc::clone(&self.turn).lock_owned().await;
        if writer.stage == Stage::Begun {
            // The caller of the transaction before has gone, with its runtime.
            writer.roll_back().await?;
        }
        writer.stage = Stage::NotBegun;
        Ok(SqliteTransaction { writer: Some(Mutex::new(writer)) })
    }

    /// One statement that is a transaction of its own.
    pub(crate) async fn write_one(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.begin().await?.writer()?.lock().await.fetch(statement).await
    }

    /// Waits for the transaction that is under way, and closes the connection.
    pub(crate) async fn close(&self) -> Result<(), DbError> {
        let mut writer = self.turn.lock().await;
        if let Some(connection) = writer.connection.take() {
            connection.close().await.map_err(query_error)?;
        }
        Ok(())
    }
}

impl Writer {
    fn connection(&mut self) -> Result<&mut SqliteConnection, DbErr> {
        self.connection.as_mut().ok_or_else(|| query_error(sqlx::Error::PoolClosed))
    }

    /// Whether nothing has begun yet. From now on it has.
    fn is_first(&mut self) -> Result<bool, DbErr> {
        match std::mem::replace(&mut self.stage, Stage::Begun) {
            Stage::NotBegun => Ok(true),
            Stage::Begun => Ok(false),
            ended @ (Stage::Over | Stage::Lost) => {
                self.stage = ended;
                Err(over())
            }
        }
    }

    async fn fetch(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values(statement.values));
        let rows = self.connection()?.fetch_all(query).await.map_err(query_error)?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    async fn execute(&mut self, sql: String, bound: Option<Values>) -> Result<ExecResult, DbErr> {
        let query = sqlx::query_with(AssertSqlSafe(sql), values(bound));
        Ok(self.connection()?.execute(query).await.map_err(query_error)?.into())
    }

    /// SQLite ends a transaction by itself when the disk is full or cannot be read, and without `BEGIN` there is none: what
    /// followed would be committed one by one.
    async fn watch<T>(&mut self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if result.as_ref().is_err_and(ends_transaction) {
            if let Err(error) = self.roll_back().await {
                tracing::warn!(%error, "a transaction that has failed could not be rolled back");
            }
            self.stage = Stage::Lost;
        }
        result
    }

    async fn roll_back(&mut self) -> Result<(), DbErr> {
        self.stage = Stage::Over;
        let rolled_back = self.execute("ROLLBACK".to_owned(), None).await;
        match rolled_back {
            // A statement that fails can end the transaction by itself, and `BEGIN` can have failed.
            Err(error) if error.to_string().contains("no transaction is active") => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// A transaction that has its turn. One that is dropped before its end is rolled back.
pub(crate) struct SqliteTransaction {
    /// `None` only while it is dropped.
    writer: Option<Mutex<OwnedMutexGuard<Writer>>>,
}

impl SqliteTransaction {
    fn writer(&self) -> Result<&Mutex<OwnedMutexGuard<Writer>>, DbErr> {
        self.writer.as_ref().ok_or_else(over)
    }

    /// Runs `statement`, which may be several; answers the rows of all.
    pub(crate) async fn rows(&self, mut statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut writer = self.writer()?.lock().await;
        if writer.is_first()? {
            statement.sql = format!("{BEGIN}; {}", statement.sql);
        }
        let fetched = writer.fetch(statement).await;
        writer.watch(fetched).await
    }

    /// As [`SqliteTransaction::rows`], and commits with it.
    pub(crate) async fn last_rows(&self, mut statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        statement.sql.push_str("; COMMIT");
        let rows = self.rows(statement).await?;
        self.writer()?.lock().await.stage = Stage::Over;
        Ok(rows)
    }

    /// Here `BEGIN` travels alone: how many rows it has changed would be added.
    pub(crate) async fn execute(&self, sql: String, values: Option<Values>) -> Result<ExecResult, DbErr> {
        let mut writer = self.writer()?.lock().await;
        if writer.is_first()? {
            let begun = writer.execute(BEGIN.to_owned(), None).await;
            writer.watch(begun).await?;
        }
        let executed = writer.execute(sql, values).await;
        writer.watch(executed).await
    }

    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        let mut writer = self.writer()?.lock().await;
        match writer.stage {
            Stage::Begun => {
                writer.execute("COMMIT".to_owned(), None).await?;
                writer.stage = Stage::Over;
                Ok(())
            }
            Stage::NotBegun | Stage::Over => Ok(()),
            Stage::Lost => Err(over()),
        }
    }

    pub(crate) async fn roll_back(self) -> Result<(), DbErr> {
        let mut writer = self.writer()?.lock().await;
        if writer.stage == Stage::Begun { writer.roll_back().await } else { Ok(()) }
    }
}

impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        let Some(writer) = self.writer.take() else { return };
        let mut writer = writer.into_inner();
        if writer.stage != Stage::Begun {
            return;
        }
        // Without a runtime the next transaction does it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            // The caller has gone. The next transaction waits for the turn.
            runtime.spawn(async move {
                if let Err(error) = writer.roll_back().await {
                    tracing::warn!(%error, "a transaction that was given up could not be rolled back");
                }
            });
        }
    }
}

fn over() -> DbErr {
    DbErr::Custom("the transaction is over".to_owned())
}

fn values(values: Option<Values>) -> SqlxValues {
    SqlxValues(values.unwrap_or(Values(Vec::new())))
}

fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
