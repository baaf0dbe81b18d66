//! What a database says of the time, told to the clock of the process that opens it.

use kernel::{DateTime, Seams, Utc, clock::Hearsay};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use crate::Dialect;

/// Processes that share a server agree by its clock. And no process goes back behind what the store has written: a lease
/// of a minute that was taken before a restart is not an hour away after it, whatever the machine's clock did between.
///
/// A database that has no tables yet says nothing.
pub(crate) async fn tell(seams: &Seams, dialect: Dialect, connection: &DatabaseConnection) {
    if dialect == Dialect::Postgres
        && let Some(now) = ask(connection, dialect, "SELECT clock_timestamp()").await
    {
        seams.clock.hear(Hearsay::Server(now));
    }
    if let Some(last) =
        ask(connection, dialect, "SELECT time FROM outbox WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1")
            .await
    {
        seams.clock.hear(Hearsay::NotBefore(last));
    }
}

async fn ask(connection: &DatabaseConnection, dialect: Dialect, sql: &str) -> Option<DateTime<Utc>> {
    let row = connection.query_one_raw(dialect.statement(sql, [])).await.ok()??;
    row.try_get_by_index(0).ok()
}
