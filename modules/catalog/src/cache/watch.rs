//! Hears of what other processes have written, from the catalog's own outbox.

use std::{sync::Arc, time::Duration};

use catalog_contract::CatalogEvent;
use kernel::Envelope;
use kernel_db::{Db, DbError, Feed, LocalFeed, Place};
use tokio_util::sync::CancellationToken;

use super::{Cache, Invalidation};
use crate::persistence::category;

/// The outbox is read this often, whatever the bus says.
const POLL: Duration = Duration::from_secs(1);

const BATCH: u64 = 500;

/// Further behind than this, it is cheaper to forget everything than to read what happened.
const FAR_BEHIND: i64 = 2_000;

/// What has been heard so far.
struct Heard {
    place: Place,
    tree: i64,
}

/// Tells `cache` what was changed, until told to stop. While the database cannot be read, what is kept stays.
pub(crate) async fn run(db: Db, cache: Arc<Cache>, stop: CancellationToken) {
    let feed = LocalFeed::of(&db);
    let mut news = feed.news();
    let mut heard: Option<Heard> = None;
    while !stop.is_cancelled() {
        news.mark_unchanged();
        if let Err(error) = hear(&db, &feed, &cache, &mut heard).await {
            tracing::warn!(?error, "the catalog's changes could not be read; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = tokio::time::timeout(POLL, news.changed()) => {}
        }
    }
}

/// The tree goes first: a product in a new category is shown only by who knows the category.
async fn hear(db: &Db, feed: &LocalFeed, cache: &Cache, heard: &mut Option<Heard>) -> Result<(), DbError> {
    let newest = feed.head().await?;
    let tree = category::version(db).await?;
    let is_near = |last: &&mut Heard| (0..=FAR_BEHIND).contains(&(newest - last.place.position));
    let Some(last) = heard.as_mut().filter(is_near) else {
        *heard = Some(Heard { place: Place { position: newest, event_id: None }, tree });
        cache.tell(&Invalidation { tree: true, ..Invalidation::of_everything() });
        return Ok(());
    };
    if tree != last.tree {
        last.tree = tree;
        cache.tell(&Invalidation::of_tree());
    }
    while last.place.position < newest {
        let events = match feed.read(last.place, BATCH).await {
            // What is kept may be of a time that never was.
            Err(error) if error.strands_reader() => {
                *heard = None;
                return Err(error);
            }
            events => events?,
        };
        let Some(read) = events.last() else { break };
        last.place = Place::after(read);
        cache.tell(&told(&events));
    }
    Ok(())
}

fn told(events: &[Envelope]) -> Invalidation {
    let mut news = Invalidation::default();
    for event in events {
        match event.event() {
            Ok(CatalogEvent::Created(created)) => {
                news.products.push(created.product);
                news.handles.push(created.slug);
                news.handles.extend(created.introduced.into_iter().map(|introduced| introduced.sku.into()));
            }
            Ok(CatalogEvent::Updated(updated)) => {
                news.products.push(updated.product);
                news.handles.push(updated.slug);
                news.handles.extend(updated.introduced.into_iter().map(|introduced| introduced.sku.into()));
            }
            Ok(CatalogEvent::Archived(archived)) => {
                news.products.push(archived.product);
                news.handles.extend(archived.skus.into_iter().map(String::from));
            }
            Ok(CatalogEvent::Unknown(_)) | Err(_) => news.everything = true,
        }
    }
    news
}
