//! Holds back the stream of an event that could not be applied.
//!
//! The event is set aside and tried again with backoff; later events of its stream queue behind it, so
//! a stream keeps its order, and every other stream goes on. After eight tries it is parked: a person
//! looks at it, and says retry or skip.

use std::{collections::HashSet, time::Duration};

use kernel::{DateTime, Envelope, Utc};
use sea_orm::{FromQueryResult, Value};
use serde::Serialize;

use crate::{Db, DbError, ReactionError, Subscription, Tx};

/// After so many failed tries a person must look.
pub const TRIES: i64 = 8;

/// An event that is held back, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parked {
    pub consumer: String,
    pub source: String,
    pub position: i64,
    pub stream: String,
    pub event_type: String,
    /// `retrying` or `parked`; the events queued behind carry the state in which they arrived.
    pub state: String,
    pub tries: i64,
    pub last_error: String,
}

#[derive(FromQueryResult)]
struct HeldStream {
    stream: String,
}

/// The streams that `subscription` holds back.
pub(crate) async fn streams(tx: &Tx, subscription: &Subscription) -> Result<HashSet<String>, DbError> {
    let sql = "SELECT DISTINCT stream FROM parked_event WHERE consumer = ? AND source = ?";
    Ok(tx.all::<HeldStream>(sql, key(subscription)).await?.into_iter().map(|held| held.stream).collect())
}

/// Queues `event` behind the one that holds its stream.
pub(crate) async fn queue(tx: &Tx, subscription: &Subscription, event: &Envelope) -> Result<(), DbError> {
    insert(tx, subscription, event, 0, "waits behind an earlier event of its stream").await
}

/// Sets `event` aside after its first failure.
pub(crate) async fn set_aside(
    tx: &Tx,
    subscription: &Subscription,
    event: &Envelope,
    error: &ReactionError,
) -> Result<(), DbError> {
    insert(tx, subscription, event, 1, &error.to_string()).await
}

async fn insert(
    tx: &Tx,
    subscription: &Subscription,
    event: &Envelope,
    tries: i64,
    error: &str,
) -> Result<(), DbError> {
    let sql = "INSERT INTO parked_event (consumer, source, position, stream, envelope, state, tries, next_try_at, \
               last_error) VALUES (?, ?, ?, ?, ?, 'retrying', ?, ?, ?)";
    let envelope = serde_json::to_string(event).map_err(|error| DbError::corrupt("event", error))?;
    let next_try_at = tx.seams().now() + backoff(tries);
    let [consumer, source] = key(subscription);
    let values: [Value; 8] = [
        consumer,
        source,
        event.position.into(),
        event.stream.clone().into(),
        envelope.into(),
        tries.into(),
        next_try_at.into(),
        error.into(),
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Tries the oldest held event of every stream whose time has come; answers how many were applied.
pub(crate) async fn retry_due(subscription: &Subscription) -> Result<usize, DbError> {
    let mut applied = 0;
    for position in due(subscription).await? {
        if retry_one(subscription, position).await? {
            applied += 1;
        }
    }
    Ok(applied)
}

#[derive(FromQueryResult)]
struct NextTry {
    next_try_at: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct Due {
    position: i64,
}

/// How long until the next try; `None` when nothing waits for one.
pub(crate) async fn next_wait(subscription: &Subscription) -> Option<Duration> {
    let sql = "SELECT MIN(next_try_at) AS next_try_at FROM parked_event WHERE consumer = ? AND source = ? AND state = 'retrying' \
               AND tries > 0";
    let db = &subscription.db;
    let next = db.one::<NextTry>(sql, key(subscription)).await.ok()??.next_try_at;
    next.map(|next| (next - db.seams().now()).to_std().unwrap_or_default())
}

async fn due(subscription: &Subscription) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT position FROM parked_event AS head WHERE consumer = ? AND source = ? AND state = 'retrying' \
               AND next_try_at <= ? AND NOT EXISTS (SELECT 1 FROM parked_event AS earlier \
               WHERE earlier.consumer = head.consumer AND earlier.source = head.source \
               AND earlier.stream = head.stream AND earlier.position < head.position) ORDER BY position LIMIT 100";
    let db = &subscription.db;
    let [consumer, source] = key(subscription);
    let due = db.all::<Due>(sql, [consumer, source, db.seams().now().into()]).await?;
    Ok(due.into_iter().map(|due| due.position).collect())
}

async fn retry_one(subscription: &Subscription, position: i64) -> Result<bool, DbError> {
    let db = &subscription.db;
    let result: Result<bool, ReactionError> = db
        .transact(|tx| async move {
            let Some(event) = take(&tx, subscription, position).await? else { return Ok(false) };
            subscription.reaction.react(&tx, &event).await?;
            Ok(true)
        })
        .await;
    match result {
        Ok(applied) => Ok(applied),
        Err(error) => {
            db.transact(|tx| {
                let error = error.to_string();
                async move { note_failure(&tx, subscription, position, error).await }
            })
            .await?;
            Ok(false)
        }
    }
}

#[derive(FromQueryResult)]
struct Held {
    envelope: String,
}

/// Removes the held event; `None` when another process has just dealt with it.
async fn take(tx: &Tx, subscription: &Subscription, position: i64) -> Result<Option<Envelope>, DbError> {
    let sql = "SELECT envelope FROM parked_event WHERE consumer = ? AND source = ? AND position = ? {skip_locked}";
    let [consumer, source] = key(subscription);
    let Some(held) = tx.one::<Held>(sql, [consumer, source, position.into()]).await? else { return Ok(None) };
    let sql = "DELETE FROM parked_event WHERE consumer = ? AND source = ? AND position = ?";
    let [consumer, source] = key(subscription);
    tx.run(sql, [consumer, source, position.into()]).await?;
    serde_json::from_str(&held.envelope).map(Some).map_err(|error| DbError::corrupt("event", error))
}

#[derive(FromQueryResult)]
struct Tried {
    tries: i64,
}

#[derive(FromQueryResult)]
struct State {
    state: String,
}

async fn note_failure(tx: &Tx, subscription: &Subscription, position: i64, error: String) -> Result<(), DbError> {
    let sql = "UPDATE parked_event SET tries = tries + 1, last_error = ?, next_try_at = ?, \
               state = CASE WHEN tries + 1 >= ? THEN 'parked' ELSE 'retrying' END \
               WHERE consumer = ? AND source = ? AND position = ? RETURNING state";
    let [consumer, source] = key(subscription);
    let read = "SELECT tries FROM parked_event WHERE consumer = ? AND source = ? AND position = ?";
    let tried = tx.one::<Tried>(read, [consumer.clone(), source.clone(), position.into()]).await?;
    let Some(Tried { tries }) = tried else { return Ok(()) };
    let next_try_at = tx.seams().now() + backoff(tries + 1);
    let values: [Value; 6] = [error.into(), next_try_at.into(), TRIES.into(), consumer, source, position.into()];
    if tx.one::<State>(sql, values).await?.is_some_and(|now| now.state == "parked") {
        tracing::error!(?subscription, position, "an event is parked; see `banyan events parked`");
    }
    Ok(())
}

/// Every held event of `db`'s consumers, oldest first.
pub async fn list(db: &Db) -> Result<Vec<Parked>, DbError> {
    let sql = "SELECT consumer, source, position, stream, envelope, state, tries, last_error FROM parked_event \
               ORDER BY consumer, source, position";
    db.all::<Row>(sql, []).await?.into_iter().map(Row::parked).collect()
}

/// Lets the event at `position` be tried again from the start; `false` when it is not there.
pub async fn retry(db: &Db, consumer: &str, source: &str, position: i64) -> Result<bool, DbError> {
    let sql = "UPDATE parked_event SET state = 'retrying', tries = 0, next_try_at = ? \
               WHERE consumer = ? AND source = ? AND position = ?";
    let now = db.seams().now();
    db.transact(|tx| async move {
        Ok(tx.run(sql, [now.into(), consumer.into(), source.into(), position.into()]).await? == 1)
    })
    .await
}

/// Gives the event at `position` up, and lets those behind it go on; `false` when it is not there.
pub async fn skip(db: &Db, consumer: &str, source: &str, position: i64) -> Result<bool, DbError> {
    let sql = "DELETE FROM parked_event WHERE consumer = ? AND source = ? AND position = ?";
    db.transact(|tx| async move { Ok(tx.run(sql, [consumer.into(), source.into(), position.into()]).await? == 1) })
        .await
}

#[derive(FromQueryResult)]
struct Row {
    consumer: String,
    source: String,
    position: i64,
    stream: String,
    envelope: String,
    state: String,
    tries: i64,
    last_error: String,
}

impl Row {
    fn parked(self) -> Result<Parked, DbError> {
        let Self { consumer, source, position, stream, envelope, state, tries, last_error } = self;
        let envelope: Envelope = serde_json::from_str(&envelope).map_err(|error| DbError::corrupt("event", error))?;
        let event_type = envelope.event_type;
        Ok(Parked { consumer, source, position, stream, event_type, state, tries, last_error })
    }
}

fn key(subscription: &Subscription) -> [Value; 2] {
    [subscription.consumer.into(), subscription.source().into()]
}

/// 100 ms, doubled with each try, at most 10 s. What only queues has no wait of its own.
fn backoff(tries: i64) -> Duration {
    match u32::try_from(tries) {
        Ok(tries @ 1..) => Duration::from_millis(100 * 2_u64.saturating_pow(tries - 1)).min(Duration::from_secs(10)),
        _ => Duration::ZERO,
    }
}
