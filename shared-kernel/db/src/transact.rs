//! The one way to write.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use kernel::Envelope;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use tokio::time::Instant;

use crate::{Db, DbError, SqlText, Tx, db::Writer, error::is_retryable, guard, tx::Transaction};

/// How often a transaction that the database chose as a victim is tried again.
const RETRIES: usize = 5;

impl Db {
    /// Runs `work` in one write transaction: commits on `Ok`, rolls back on `Err`.
    ///
    /// `work` may run again, at most five times, after a serialization failure, a deadlock, a connection lost before
    /// the commit or a lost commit, so it has no effect but on the transaction, and makes no remote call. The commit is
    /// durable when this returns `Ok`. On SQLite transactions take turns: what many callers do at the same time shares a
    /// transaction by a [`crate::BatchQueue`].
    ///
    /// Do not wrap this in `timeout` or `select!`: the limits inside are the database's own.
    pub async fn transact<T, E, F, Fut>(&self, work: F) -> Result<T, E>
    where
        E: From<DbError>,
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(2))
            .with_max_delay(Duration::from_millis(200))
            .with_max_times(RETRIES)
            .with_jitter()
            .build();
        loop {
            match (self.attempt(&work).await, waits.next()) {
                (Attempt::Done { value, published }, _) => {
                    self.announce(published);
                    return Ok(value);
                }
                (Attempt::Retry(_), Some(wait)) => tokio::time::sleep(wait).await,
                (Attempt::Failed(error) | Attempt::Retry(error), _) => return Err(error),
            }
        }
    }

    /// Runs one statement that is a transaction of its own, and answers what it returns; end a write with
    /// `RETURNING`.
    ///
    /// It costs one round trip where [`Db::transact`] costs two or three.
    pub async fn write_one(
        &self,
        sql: impl Into<SqlText<'_>> + Send,
        values: impl IntoIterator<Item = Value> + Clone + Send,
    ) -> Result<Vec<QueryResult>, DbError> {
        let sql = sql.into();
        let statement = self.dialect().statement(sql, values.clone());
        let written = match &self.inner.writer {
            Writer::Single(writer) => writer.write_one(statement).await,
            Writer::Pooled(chained) => chained.pool().query_all_raw(statement).await,
        };
        match written {
            Err(error) if is_retryable(&error) => {}
            result => return Ok(result?),
        }
        self.transact(|tx| {
            let values = values.clone();
            async move { tx.rows(sql, values).await }
        })
        .await
    }

    async fn attempt<T, E, F, Fut>(&self, work: &F) -> Attempt<T, E>
    where
        E: From<DbError>,
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let begun = match &self.inner.writer {
            Writer::Single(writer) => writer.begin().await.map(Transaction::Sqlite),
            Writer::Pooled(chained) => chained.begin().await.map(Transaction::Postgres),
        };
        let tx = match begun {
            Ok(transaction) => Tx::new(transaction, self),
            Err(error) => return failed(error),
        };
        let result = carry_out(work, &tx).await;
        let finished = match tx.finish() {
            Ok(finished) => finished,
            Err(error) => return Attempt::Failed(E::from(error)),
        };
        match result {
            Ok(value) => {
                guard::pass("db.before_commit");
                let committed = self.commit(finished.transaction).await;
                match committed {
                    Ok(()) => Attempt::Done { value, published: finished.published },
                    Err(error) => failed(error),
                }
            }
            Err(error) => {
                let rolled_back = match finished.transaction {
                    Transaction::Sqlite(transaction) => transaction.roll_back().await,
                    Transaction::Postgres(transaction) => transaction.rollback().await,
                };
                if let Err(rollback) = rolled_back {
                    tracing::warn!(%rollback, "a rollback failed; the database ends the transaction by itself");
                }
                if finished.retryable { Attempt::Retry(error) } else { Attempt::Failed(error) }
            }
        }
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), DbErr> {
        match (transaction, &self.inner.writer) {
            (Transaction::Sqlite(transaction), _) => transaction.commit().await,
            (Transaction::Postgres(transaction), Writer::Pooled(chained)) => chained.commit(transaction).await,
            (Transaction::Postgres(transaction), Writer::Single(_)) => transaction.commit().await,
        }
    }

    /// Hands what was published to the readers, after the commit.
    fn announce(&self, published: Vec<Envelope>) {
        let Some(newest) = published.last().map(|event| event.position) else { return };
        self.inner.pending_events.hand_over(published);
        self.bus().committed(self.module(), newest, Instant::now());
    }
}

/// What became of one try of one piece of work.
enum Attempt<T, E> {
    Done {
        value: T,
        published: Vec<Envelope>,
    },
    Failed(E),
    /// Nothing was kept, and the same work may succeed.
    Retry(E),
}

fn failed<T, E: From<DbError>>(error: DbErr) -> Attempt<T, E> {
    let retry = is_retryable(&error);
    let error = E::from(error.into());
    if retry { Attempt::Retry(error) } else { Attempt::Failed(error) }
}

/// Does the work, and writes what it publishes.
async fn carry_out<T, E, F, Fut>(work: &F, tx: &Tx) -> Result<T, E>
where
    E: From<DbError>,
    F: Fn(Tx) -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let value = work(tx.clone()).await?;
    tx.end().await?;
    Ok(value)
}
