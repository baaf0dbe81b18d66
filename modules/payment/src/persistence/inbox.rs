//! What providers told us, each thing once.

use std::time::Duration;

use kernel_db::{Db, DbError, Sql, Tx};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{Set, Unchanged},
    EntityTrait as _,
    sea_query::OnConflict,
};

use super::entity::webhook_inbox::{ActiveModel, Column, Entity};

/// Keeps a webhook. `false` when it came before.
pub(crate) async fn keep(tx: &Tx, provider: &str, event: &str, body: &str) -> Result<bool, DbError> {
    let webhook = ActiveModel {
        provider: Set(provider.to_owned()),
        event_id: Set(event.to_owned()),
        body: Set(body.to_owned()),
        received_at: Set(tx.seams().now()),
        ..Default::default()
    };
    let once = OnConflict::columns([Column::Provider, Column::EventId]).do_nothing().to_owned();
    Ok(Entity::insert(webhook).on_conflict(once).exec_without_returning(tx).await? == 1)
}

/// Notes what came of it.
pub(crate) async fn note(tx: &Tx, provider: &str, event: &str, processed: &str) -> Result<(), DbError> {
    let webhook = ActiveModel {
        provider: Unchanged(provider.to_owned()),
        event_id: Unchanged(event.to_owned()),
        processed: Set(Some(processed.to_owned())),
        ..Default::default()
    };
    webhook.update(tx).await?;
    Ok(())
}

/// How many webhooks are deleted in one transaction.
const BATCH: i64 = 500;

pub(crate) static FORGET: Sql = Sql::new("payment.forget-webhooks", || {
    "DELETE FROM webhook_inbox WHERE (provider, event_id) IN (SELECT provider, event_id FROM webhook_inbox \
     WHERE received_at < ? AND processed IS NOT NULL ORDER BY received_at LIMIT ?)"
        .to_owned()
});

#[cfg(test)]
pub(super) fn statements() -> Vec<&'static Sql> {
    vec![&FORGET]
}

/// Deletes at most 500 webhooks that were dealt with and came longer ago than `keep`; answers how many. No provider's
/// signature is good for so long, so none of them can come again.
pub(crate) async fn forget(db: &Db, keep: Duration) -> Result<u64, DbError> {
    let before = db.seams().now() - keep;
    db.transact(|tx| async move { tx.run(&FORGET, [before.into(), BATCH.into()]).await }).await
}
