//! How many connections a Postgres server takes, so that a process that would ask for more can say so before it starts.

use sea_orm::FromQueryResult;

use crate::{Db, DbError, Dialect};

/// The connections of one server.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Capacity {
    /// The same for every database of one server.
    pub server: String,
    /// What it takes from ordinary roles, all clients together.
    pub available: i64,
    /// What clients hold now.
    pub in_use: i64,
}

/// What a module opens beside its pool: the connection on which it hears of news.
pub const LISTENERS: u32 = 1;

/// The time at which the server was started tells two servers apart that both call themselves by one address.
const SQL: &str = "SELECT COALESCE(CAST(inet_server_port() AS text), 'socket') || ' ' || CAST(pg_postmaster_start_time() AS text) AS server, \
     CAST(current_setting('max_connections') AS bigint) - CAST(current_setting('superuser_reserved_connections') AS bigint) \
     - COALESCE(CAST(current_setting('reserved_connections', true) AS bigint), 0) AS available, \
     (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS in_use";

impl Db {
    /// What the server of this database takes; `None` on SQLite, where files are opened.
    pub async fn capacity(&self) -> Result<Option<Capacity>, DbError> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(None);
        }
        self.one(SQL, []).await
    }
}
