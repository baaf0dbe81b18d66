//! Hears what sequencers of other processes have numbered, so that their events are known here within milliseconds.
//!
//! Like the bus it feeds it is never the truth: what it misses is found by polling.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DbErr,
    sqlx::{
        self,
        postgres::{PgListener, PgPoolOptions},
    },
};
use tokio_util::sync::CancellationToken;

use crate::{Db, DbError, Dialect};

/// The channel of the module's schema. A schema's name may be too long for a channel's; its digest is not.
const CHANNEL: &str = "'outbox_' || md5(current_schema())";

/// After a failure it is listened again after so long.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells the other processes how far the outbox of `db`'s module reaches.
///
/// After the commit that made it so, and not in it: commits with a notification wait for each other, of all modules and
/// through the sync.
pub(crate) async fn tell(db: &Db, position: i64) {
    // Nobody waits for the disk: what is told was committed before.
    let notify = format!("SELECT set_config('synchronous_commit', 'off', true), pg_notify({CHANNEL}, ?)");
    if let Err(error) = db.write_one(&notify, [position.to_string().into()]).await {
        tracing::debug!(module = db.module(), %error, "other processes were not told of news, and find it by polling");
    }
}

/// Tells the bus what it hears, until told to stop. Returns at once on SQLite, which has one process.
pub(crate) async fn run(db: &Db, stop: &CancellationToken) {
    if db.dialect() == Dialect::Sqlite {
        return;
    }
    let attend = async {
        loop {
            if let Err(error) = listen(db).await {
                tracing::debug!(module = db.module(), %error, "what other processes number is polled for meanwhile");
            }
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
    listener.listen(&channel(db).await?).await.map_err(sqlx_error)?;
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
