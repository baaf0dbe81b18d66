//! Forgets, once in a while, what nobody needs any more.

use std::{sync::Arc, time::Duration};

use kernel_db::{DbError, retention};
use kernel_module::Module;
use tokio_util::sync::CancellationToken;

use crate::progress::Progress;

const EVERY: Duration = Duration::from_hours(1);

/// Looks once an hour, and never right after the start, until told to stop.
pub(crate) async fn run(modules: Vec<Arc<dyn Module>>, stop: CancellationToken) {
    while tokio::time::timeout(EVERY, stop.cancelled()).await.is_err() {
        if let Err(error) = forget(&modules, &stop).await {
            tracing::warn!(?error, "old events and answers could not be forgotten; trying again in an hour");
        }
    }
}

/// Events that every cursor has passed, and answers that nobody will ask for again.
async fn forget(modules: &[Arc<dyn Module>], stop: &CancellationToken) -> Result<(), DbError> {
    let progress = Progress::of(modules).await?;
    for module in modules {
        let cursors = progress.cursors.iter().filter(|cursor| cursor.source == module.name());
        let passed = cursors.map(|cursor| cursor.position).min();
        let head = progress.outboxes.iter().find(|outbox| outbox.module == module.name());
        let passed = passed.or(head.map(|outbox| outbox.position)).unwrap_or_default();
        while !stop.is_cancelled() && retention::forget_events(module.db(), passed).await? > 0 {}
        while !stop.is_cancelled() && retention::forget_answers(module.db()).await? > 0 {}
    }
    Ok(())
}
