//! The one connection that writes to a SQLite file. Transactions take turns, in the order in which they ask.

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, MutexGuard};

use crate::DbError;

pub(crate) struct SingleWriter {
    connection: DatabaseConnection,
    turn: Mutex<()>,
}

impl SingleWriter {
    pub(crate) fn new(connection: DatabaseConnection) -> Self {
        Self { connection, turn: Mutex::new(()) }
    }

    pub(crate) const fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Waits for its turn, and begins. The turn ends when the guard is dropped, after the commit.
    pub(crate) async fn begin(&self) -> Result<(DatabaseTransaction, MutexGuard<'_, ()>), DbErr> {
        let turn = self.turn.lock().await;
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok((self.connection.begin_with_options(immediate).await?, turn))
    }

    /// Waits for the transaction that is under way, and closes the connection.
    pub(crate) async fn close(&self) -> Result<(), DbError> {
        let _turn = self.turn.lock().await;
        self.connection.clone().close().await?;
        Ok(())
    }
}
