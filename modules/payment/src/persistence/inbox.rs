//! What providers told us, each thing once.

use std::time::Duration;

use kernel_db::{Db, DbError, Tx};
use sea_orm::Value;

/// Keeps a webhook. `false` when it came before.
pub(crate) async fn keep(tx: &Tx, provider: &str, event: &str, body: &str) -> Result<bool, DbError> {
    let sql = "INSERT INTO webhook_inbox (provider, event_id, body, received_at) VALUES (?, ?, ?, ?) \
               ON CONFLICT (provider, event_id) DO NOTHING";
    let values: [Value; 4] = [provider.into(), event.into(), body.into(), tx.seams().now().into()];
    Ok(tx.run(sql, values).await? == 1)
}

/// Notes what came of it.
pub(crate) async fn note(tx: &Tx, provider: &str, event: &str, processed: &str) -> Result<(), DbError> {
    let sql = "UPDATE webhook_inbox SET processed = ? WHERE provider = ? AND event_id = ?";
    tx.run(sql, [processed.into(), provider.into(), event.into()]).await?;
    Ok(())
}

/// How many webhooks are deleted in one transaction.
const BATCH: i64 = 500;

pub(crate) const FORGET: &str = "DELETE FROM webhook_inbox WHERE (provider, event_id) IN \
                                 (SELECT provider, event_id FROM webhook_inbox WHERE received_at < ? \
                                 AND processed IS NOT NULL ORDER BY received_at LIMIT ?)";

/// Deletes at most 500 webhooks that were dealt with and came longer ago than `keep`; answers how many. No provider's
/// signature is good for so long, so none of them can come again.
pub(crate) async fn forget(db: &Db, keep: Duration) -> Result<u64, DbError> {
    let before = db.seams().now() - keep;
    db.transact(|tx| async move { tx.run(FORGET, [before.into(), BATCH.into()]).await }).await
}
