//! How many connections a Postgres server takes, so that a process that would ask for more can say so before it starts.

use sea_orm::ConnectionTrait as _;

use crate::{Db, DbError, Dialect};

/// The connections of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
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
const SQL: &str = "SELECT COALESCE(CAST(inet_server_port() AS text), 'socket') || ' ' || CAST(pg_postmaster_start_time() AS text), \
     CAST(current_setting('max_connections') AS bigint) - CAST(current_setting('superuser_reserved_connections') AS bigint) \
     - COALESCE(CAST(current_setting('reserved_connections', true) AS bigint), 0), \
     (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend')";

impl Db {
    /// What the server of this database takes; `None` on SQLite, where files are opened.
    pub async fn capacity(&self) -> Result<Option<Capacity>, DbError> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(None);
        }
        let row = self.reader().query_one_raw(Dialect::Postgres.statement(SQL, [])).await?;
        let read = |row: sea_orm::QueryResult| {
            let (server, available) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            Ok(Capacity { server, available, in_use: row.try_get_by_index(2)? })
        };
        row.map(read).transpose()
    }
}
