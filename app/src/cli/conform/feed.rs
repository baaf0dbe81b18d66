//! The events of the port's module: the server that hosts the port publishes them too.

use std::sync::Arc;

use kernel_db::{DbError, Feed, Place};
use kernel_feeds::{FeedPage, RemoteFeed, Sign};
use kernel_remote::TokenSource;
use reqwest::StatusCode;
use tokio::time::Instant;

use super::{Bench, ISSUER, PATIENCE, row::Row};

/// How long a reader waits for events when there are none.
const WAIT_MS: u128 = 300;

pub(super) async fn rows(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let module = bench.port.module();
    let tokens = TokenSource::new(&bench.keys, ISSUER, Arc::clone(&bench.seams.clock));
    let sign: Sign = Arc::new(move |audience| {
        tokens.bearer(audience).map(|bearer| bearer.as_str().to_owned()).map_err(|error| error.to_string())
    });
    let feed = RemoteFeed::new(module, &bench.url, ISSUER, sign)?;
    let stranger = bench.plain.get(format!("{}/feeds/{module}", bench.url));
    Ok(vec![
        Row::refused("events are refused without a token", stranger, StatusCode::UNAUTHORIZED).await,
        Row::of("events come in order and without a gap", in_order(&feed).await),
        Row::of("a reader that is ahead of the log is told", told_when_ahead(&feed).await),
        Row::of("a reader may wait for events", may_wait(bench).await),
    ])
}

/// `RemoteFeed` believes an answer only when it continues where the reader stands.
async fn in_order(feed: &RemoteFeed) -> Result<(), String> {
    match feed.read(Place::START, 100).await {
        // What everybody has read may have been deleted, if that is said.
        Ok(_) | Err(DbError::FeedRetired { .. }) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

async fn told_when_ahead(feed: &RemoteFeed) -> Result<(), String> {
    let head = feed.head().await.map_err(|error| error.to_string())?;
    match feed.read(Place { position: head.saturating_add(1_000), event_id: None }, 1).await {
        Err(DbError::FeedWentBack { .. }) => Ok(()),
        Err(error) => Err(error.to_string()),
        Ok(events) => Err(format!("it answered {} events", events.len())),
    }
}

async fn may_wait(bench: &Bench) -> Result<(), String> {
    let module = bench.port.module();
    let page = async |query: String| -> Result<FeedPage, String> {
        let request = bench.client.get(&format!("/feeds/{module}?{query}")).map_err(|error| error.to_string())?;
        let response = request.timeout(PATIENCE).send().await.map_err(|error| error.without_url().to_string())?;
        response.json().await.map_err(|error| error.without_url().to_string())
    };
    let head = page("after=0&limit=1".to_owned()).await?.head;
    let began = Instant::now();
    let empty = page(format!("after={head}&wait_ms={WAIT_MS}")).await?;
    let waited = began.elapsed().as_millis();
    if empty.events.is_empty() && waited < WAIT_MS - 50 {
        return Err(format!("asked to wait {WAIT_MS} ms, it answered nothing after {waited} ms"));
    }
    Ok(())
}
