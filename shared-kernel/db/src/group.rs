//! Group commit for SQLite: one writer connection, one sync for everyone who waited meanwhile.
//!
//! The write lock is fair. Whoever comes first opens a transaction and asks the closer to end it; the
//! closer queues behind all who wait at that moment, so each of them adds its work (under a savepoint)
//! before the one commit that makes all of it durable. While that commit waits for the disk, the next
//! group gathers. Without a crowd a group has one member and costs nothing extra.

use std::sync::Arc;

use kernel::Envelope;
use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::{Db, DbError, Tx, error::is_retryable, transact::carry_out};

/// What became of one try of one piece of work.
pub(crate) enum Attempt<T, E> {
    Done {
        value: T,
        published: Vec<Envelope>,
    },
    Failed(E),
    /// Nothing was kept, and the same work may succeed.
    Retry(E),
}

pub(crate) struct GroupWriter {
    connection: DatabaseConnection,
    open: Arc<Mutex<Option<Group>>>,
    closer: mpsc::UnboundedSender<()>,
}

/// A transaction that is open between two members' work.
struct Group {
    root: DatabaseTransaction,
    members: Vec<oneshot::Sender<Result<(), String>>>,
}

impl GroupWriter {
    pub(crate) fn new(connection: DatabaseConnection) -> Self {
        let open = Arc::new(Mutex::new(None));
        let (closer, requests) = mpsc::unbounded_channel();
        spawn_closer(Arc::clone(&open), requests);
        Self { connection, open, closer }
    }

    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    pub(crate) async fn close(&self) -> Result<(), DbError> {
        let mut open = self.open.lock().await;
        if let Some(group) = open.take() {
            commit(group).await;
        }
        self.connection.clone().close().await?;
        Ok(())
    }

    pub(crate) async fn attempt<T, E, F, Fut>(&self, db: &Db, work: &F) -> Attempt<T, E>
    where
        E: From<DbError>,
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        // Taken out while work runs: if this future is dropped half-way, the whole group rolls back and
        // its members, finding their commit lost, run again.
        let mut open = self.open.lock().await;
        let (group, joined) = match open.take() {
            Some(group) => {
                let joined = join(db, group, work).await;
                match joined {
                    Ok((group, outcome)) => (group, outcome),
                    Err(error) => return Attempt::Retry(E::from(error)),
                }
            }
            None => match self.start(db, work).await {
                Ok((group, outcome)) => (group, outcome),
                Err(attempt) => return attempt,
            },
        };
        let (mut group, (value, published)) = match joined {
            Ok(done) => (group, done),
            Err(attempt) => {
                *open = Some(group);
                return attempt;
            }
        };
        let (sender, committed) = oneshot::channel();
        if group.members.is_empty() && self.closer.send(()).is_err() {
            return Attempt::Failed(E::from(DbError::CommitLost("the store is closing".to_owned())));
        }
        group.members.push(sender);
        *open = Some(group);
        drop(open);
        match committed.await {
            Ok(Ok(())) => Attempt::Done { value, published },
            Ok(Err(why)) => Attempt::Failed(E::from(DbError::CommitLost(why))),
            Err(_) => Attempt::Retry(E::from(DbError::CommitLost("its group was abandoned".to_owned()))),
        }
    }

    /// Opens a group with `work` as its first member, which needs no savepoint.
    async fn start<T, E, F, Fut>(
        &self,
        db: &Db,
        work: &F,
    ) -> Result<(Group, Result<(T, Vec<Envelope>), Attempt<T, E>>), Attempt<T, E>>
    where
        E: From<DbError>,
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let root = self.connection.begin_with_options(immediate).await.map_err(begin_failed)?;
        let tx = Tx::new(root, db);
        let result = carry_out(work, &tx).await;
        let finished = tx.finish().map_err(|error| Attempt::Failed(E::from(error)))?;
        match result {
            Ok(value) => {
                let group = Group { root: finished.transaction, members: Vec::new() };
                Ok((group, Ok((value, finished.published))))
            }
            Err(error) => {
                roll_back(finished.transaction).await;
                Err(if finished.retryable { Attempt::Retry(error) } else { Attempt::Failed(error) })
            }
        }
    }
}

fn begin_failed<T, E: From<DbError>>(error: sea_orm::DbErr) -> Attempt<T, E> {
    let retry = is_retryable(&error);
    let error = E::from(error.into());
    if retry { Attempt::Retry(error) } else { Attempt::Failed(error) }
}

/// Adds `work` to an open group under a savepoint. `Err` when the group itself is lost.
#[expect(clippy::disallowed_methods, reason = "a savepoint inside transact")]
async fn join<T, E, F, Fut>(
    db: &Db,
    group: Group,
    work: &F,
) -> Result<(Group, Result<(T, Vec<Envelope>), Attempt<T, E>>), DbError>
where
    E: From<DbError>,
    F: Fn(Tx) -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let savepoint = group.root.begin().await?;
    let tx = Tx::new(savepoint, db);
    let result = carry_out(work, &tx).await;
    let finished = tx.finish()?;
    match result {
        Ok(value) => {
            finished.transaction.commit().await?;
            Ok((group, Ok((value, finished.published))))
        }
        Err(error) => {
            finished.transaction.rollback().await?;
            let attempt = if finished.retryable { Attempt::Retry(error) } else { Attempt::Failed(error) };
            Ok((group, Err(attempt)))
        }
    }
}

/// Ends each group as soon as nobody waits to join it.
#[expect(clippy::disallowed_methods, reason = "ends by itself when the database is closed and its sender dropped")]
fn spawn_closer(open: Arc<Mutex<Option<Group>>>, mut requests: mpsc::UnboundedReceiver<()>) {
    tokio::spawn(async move {
        while requests.recv().await.is_some() {
            let mut open = open.lock().await;
            if let Some(group) = open.take() {
                commit(group).await;
            }
        }
    });
}

async fn commit(group: Group) {
    let result = group.root.commit().await.map_err(|error| error.to_string());
    for member in group.members {
        // A member whose future was dropped no longer listens; its work is committed all the same.
        let _ = member.send(result.clone());
    }
}

async fn roll_back(transaction: DatabaseTransaction) {
    if let Err(error) = transaction.rollback().await {
        tracing::warn!(%error, "a rollback failed; the database ends the transaction by itself");
    }
}
