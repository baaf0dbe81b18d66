//! What providers told us, each thing once.

use kernel_db::{DbError, Tx};
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
