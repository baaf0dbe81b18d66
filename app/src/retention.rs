//! Deletes what is no longer needed, periodically and in small batches.

use std::{sync::Arc, time::Duration};

use kernel_db::{DbError, retention};
use kernel_module::{Module, Retention, days};
use tokio_util::sync::CancellationToken;

use crate::progress::Progress;

/// Between two batches, so that what buyers wait for goes first.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks every now and then, and never right after the start, until told to stop.
pub(crate) async fn run(modules: Vec<Arc<dyn Module>>, keep: Retention, stop: CancellationToken) {
    while tokio::time::timeout(keep.every(), stop.cancelled()).await.is_err() {
        if let Err(error) = forget(&modules, &keep, &stop).await {
            tracing::warn!(?error, "what is old could not be forgotten; trying again later");
        }
    }
}

/// Events that every cursor has passed, answers that were kept long enough, and what each module has that is over.
pub(crate) async fn forget(
    modules: &[Arc<dyn Module>],
    keep: &Retention,
    stop: &CancellationToken,
) -> Result<(), DbError> {
    let progress = Progress::of(modules).await?;
    for module in modules {
        let cursors = progress.cursors.iter().filter(|cursor| cursor.source == module.name());
        let passed = cursors.map(|cursor| cursor.position).min();
        let head = progress.outboxes.iter().find(|outbox| outbox.module == module.name());
        let passed = passed.or(head.map(|outbox| outbox.position)).unwrap_or_default();
        let (events, answers) = (days(keep.events_days), days(keep.answers_days));
        while !stop.is_cancelled() && retention::forget_events(module.db(), passed, events).await? > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        while !stop.is_cancelled() && retention::forget_answers(module.db(), answers).await? > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        while !stop.is_cancelled() && module.forget(keep).await? > 0 {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}
