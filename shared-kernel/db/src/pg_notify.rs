//! Several processes on one Postgres tell each other of news, so that what one commits the others know within
//! milliseconds.
//!
//! Like the bus it feeds this is never the truth: what it misses is found by polling.

use std::{sync::atomic::Ordering, time::Duration};

use sea_orm::{
    ConnectionTrait, DbErr,
    sqlx::{
        self, Row as _,
        postgres::{PgListener, PgPoolOptions},
    },
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{Db, DbError, Dialect};

/// The channel of the module's schema. A schema's name may be too long for a channel's; its digest is not.
const CHANNEL: &str = "'outbox_' || md5(current_schema())";

/// After a failure it is listened again after so long.
const PAUSE: Duration = Duration::from_secs(1);

/// Each process that listens holds this lock, for a channel, so that one who is alone need not tell anybody.
const PRESENT: &str = "SELECT pg_backend_pid(), pg_advisory_lock_shared(hashtext('listens'), hashtext($1))";

/// Whether there are others is looked at again after so long. One who begins to listen meanwhile polls meanwhile.
const LOOK: Duration = Duration::from_secs(1);

/// Tells other processes of what this one publishes, and hears of theirs, until told to stop. Returns at once on SQLite,
/// which has one process.
pub async fn run(db: Db, stop: CancellationToken) {
    if db.dialect() == Dialect::Postgres {
        tokio::join!(tell(&db, &stop), hear(&db, &stop));
    }
}

async fn tell(db: &Db, stop: &CancellationToken) {
    let mut committed = db.bus().watch_committed(db.module());
    let mut others = Others::of(db);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Ok(()) = committed.changed() => {}
        }
        let position = *committed.borrow_and_update();
        others.tell(position).await;
    }
}

/// The other processes that listen to an outbox.
struct Others<'d> {
    db: &'d Db,
    are_there: bool,
    look_at: Instant,
}

impl<'d> Others<'d> {
    fn of(db: &'d Db) -> Self {
        Self { db, are_there: true, look_at: Instant::now() }
    }

    /// Tells them how far the outbox reaches.
    ///
    /// After the commit that made it so, and not in it: commits with a notification wait for each other, of all modules
    /// and through the sync.
    async fn tell(&mut self, position: i64) {
        if let Err(error) = self.try_tell(position).await {
            let module = self.db.module();
            tracing::debug!(module, %error, "other processes were not told of news, and find it by polling");
        }
    }

    async fn try_tell(&mut self, position: i64) -> Result<(), DbError> {
        if self.look_at <= Instant::now() {
            self.are_there = self.ask().await?;
            self.look_at = Instant::now() + LOOK;
        }
        if self.are_there {
            // Nobody waits for the disk: what is told was committed before.
            let notify = format!("SELECT pg_notify({CHANNEL}, ?) {{and_without_sync}}");
            self.db.write_one(&notify, [position.to_string().into()]).await?;
        }
        Ok(())
    }

    async fn ask(&self) -> Result<bool, DbError> {
        let sql = format!(
            "SELECT 1 FROM pg_locks WHERE pid <> ? AND locktype = 'advisory' AND mode = 'ShareLock' AND granted \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
             AND classid = CAST(hashtext('listens') AS oid) AND objid = CAST(hashtext({CHANNEL}) AS oid) LIMIT 1"
        );
        let own = self.db.inner.listens_as.load(Ordering::Relaxed);
        Ok(self.db.reader().query_one_raw(self.db.dialect().statement(&sql, [own.into()])).await?.is_some())
    }
}

/// Tells the bus what it hears.
async fn hear(db: &Db, stop: &CancellationToken) {
    let attend = async {
        loop {
            if let Err(error) = listen(db).await {
                tracing::debug!(module = db.module(), %error, "what other processes publish is polled for meanwhile");
            }
            db.inner.listens_as.store(0, Ordering::Relaxed);
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = attend => {}
    }
}

/// Listens on a connection of its own: one of the pool's would be missing there.
async fn listen(db: &Db) -> Result<(), DbError> {
    let options = db.reader().get_postgres_connection_pool().connect_options();
    let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(options.as_ref().clone());
    let mut listener = PgListener::connect_with(&own).await.map_err(sqlx_error)?;
    let channel = channel(db).await?;
    listener.listen(&channel).await.map_err(sqlx_error)?;
    let present = sqlx::query(PRESENT).bind(channel).fetch_one(&mut listener).await.map_err(sqlx_error)?;
    db.inner.listens_as.store(present.try_get(0).map_err(sqlx_error)?, Ordering::Relaxed);
    while let Some(heard) = listener.try_recv().await.map_err(sqlx_error)? {
        if let Ok(position) = heard.payload().parse() {
            db.bus().reached(db.module(), position);
        }
    }
    Ok(())
}

async fn channel(db: &Db) -> Result<String, DbError> {
    let row = db.reader().query_one_raw(db.dialect().statement(&format!("SELECT {CHANNEL}"), [])).await?;
    Ok(row.ok_or_else(|| DbError::corrupt("schema", "it has no name"))?.try_get_by_index(0)?)
}

fn sqlx_error(error: sqlx::Error) -> DbError {
    DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())).into()
}
