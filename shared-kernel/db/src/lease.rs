//! Lets one of several processes do a job: whoever holds the lease, until it runs out.

use std::time::Duration;

use uuid::Uuid;

use crate::{Db, DbError};

/// Takes or renews the lease called `name` for `holder`; `false` while another holds it.
pub async fn acquire(db: &Db, name: &str, holder: Uuid, term: Duration) -> Result<bool, DbError> {
    let sql = "INSERT INTO lease (name, holder, expires_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE \
               SET holder = excluded.holder, expires_at = excluded.expires_at \
               WHERE lease.holder = excluded.holder OR lease.expires_at < ?";
    let now = db.seams().now();
    db.transact(|tx| async move {
        let values = [name.into(), holder.into(), (now + term).into(), now.into()];
        Ok(tx.run(sql, values).await? == 1)
    })
    .await
}
