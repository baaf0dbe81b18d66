//! One answer per key: the key, the effect and the answer stand or fall in one commit.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;

use crate::{Db, DbError, Tx, Write, dialect, guard};

/// A caller's name for one effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Who asks, so that two callers may use one word: `guest`, `admin`, `cart:…`.
    pub scope: String,
    pub key: String,
    /// SHA-256 of what is asked (operation and body), in hex: the same key must not mean two things.
    pub fingerprint: String,
}

/// What was answered, to be said again byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    pub location: Option<String>,
    /// JSON, encoded once.
    pub body: String,
    /// Whether this is a repeat.
    pub replayed: bool,
}

impl Answer {
    pub fn new<T: Serialize>(status: u16, location: Option<String>, view: &T) -> Result<Self, DbError> {
        let body = serde_json::to_string(view).map_err(|error| DbError::corrupt("answer", error))?;
        Ok(Self { status, location, body, replayed: false })
    }
}

/// What a key means when it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Never seen: the effect is the caller's to make, in this transaction.
    Fresh,
    /// Answered before.
    Answered(Answer),
    /// Made before, and not answered yet.
    InFlight,
    /// Seen with another question.
    Reused,
}

/// The key cannot be used for this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    #[error("a request with this idempotency key is still being worked on")]
    InFlight,
    #[error("this idempotency key was used for another request")]
    Reused,
}

impl kernel::Problem for KeyRefusal {
    fn kind(&self) -> kernel::Kind {
        match self {
            Self::InFlight => kernel::Kind::Conflict,
            Self::Reused => kernel::Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::InFlight => "idempotency-key-in-flight",
            Self::Reused => "idempotency-key-reused",
        }
    }
}

/// Claims `key` in the effect's transaction.
pub async fn claim(tx: &Tx, key: &Key) -> Result<Claim, DbError> {
    if claim_all(tx, &[key]).await?.contains(&true) {
        return Ok(Claim::Fresh);
    }
    read(tx, key).await.map(|claim| claim.unwrap_or(Claim::Fresh))
}

/// Claims every key that was never seen; says for each whether it did. Of equal keys the first is claimed.
pub async fn claim_all(tx: &Tx, keys: &[&Key]) -> Result<Vec<bool>, DbError> {
    let sql = "INSERT INTO idempotency (scope, key, fingerprint, created_at) \
               SELECT value ->> 0, value ->> 1, value ->> 2, {time}(value ->> 3) FROM {rows} WHERE true \
               ON CONFLICT (scope, key) DO NOTHING RETURNING scope, key";
    if guard::sabotaged("idempotency::unique") {
        return Ok(vec![true; keys.len()]);
    }
    let now = tx.seams().now().to_rfc3339();
    let rows: Vec<_> = keys.iter().map(|key| (&key.scope, &key.key, &key.fingerprint, &now)).collect();
    let mut claimed = names(&tx.rows(sql, [dialect::rows(&rows)]).await?)?;
    Ok(keys.iter().map(|key| claimed.remove(&(key.scope.clone(), key.key.clone()))).collect())
}

/// Gives back a key that this transaction has claimed, for an effect that it does not make.
pub async fn free(tx: &Tx, key: &Key) -> Result<(), DbError> {
    let sql = "DELETE FROM idempotency WHERE scope = ? AND key = ? AND status IS NULL";
    tx.run(sql, [key.scope.clone().into(), key.key.clone().into()]).await?;
    Ok(())
}

fn names(rows: &[QueryResult]) -> Result<HashSet<(String, String)>, DbError> {
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// What `key` means, without claiming it; `None` when it was never seen.
pub async fn find(db: &Db, key: &Key) -> Result<Option<Claim>, DbError> {
    read_from(db.reader(), db, key).await
}

async fn read(tx: &Tx, key: &Key) -> Result<Option<Claim>, DbError> {
    let row = tx.row(READ, [key.scope.clone().into(), key.key.clone().into()]).await?;
    row.map(|row| claim_of(&row, key)).transpose()
}

async fn read_from(connection: &impl ConnectionTrait, db: &Db, key: &Key) -> Result<Option<Claim>, DbError> {
    let statement = db.dialect().statement(READ, [key.scope.clone().into(), key.key.clone().into()]);
    let row = connection.query_one_raw(statement).await?;
    row.map(|row| claim_of(&row, key)).transpose()
}

const READ: &str = "SELECT fingerprint, status, location, body FROM idempotency WHERE scope = ? AND key = ?";

fn claim_of(row: &QueryResult, key: &Key) -> Result<Claim, DbError> {
    let fingerprint: String = row.try_get_by_index(0)?;
    if fingerprint != key.fingerprint {
        return Ok(Claim::Reused);
    }
    let status: Option<i64> = row.try_get_by_index(1)?;
    let body: Option<String> = row.try_get_by_index(3)?;
    match (status, body) {
        (Some(status), Some(body)) => {
            let status = u16::try_from(status).map_err(|error| DbError::corrupt("answer", error))?;
            Ok(Claim::Answered(Answer { status, location: row.try_get_by_index(2)?, body, replayed: true }))
        }
        _ => Ok(Claim::InFlight),
    }
}

/// Keeps `answer` for `key`, unless one is kept already; answers what is kept.
pub async fn answer(tx: &Tx, key: &Key, answer: Answer) -> Result<Answer, DbError> {
    let asked = [(key, &answer)];
    let changed = tx.run_all(vec![answers(&asked)]).await?.into_iter().sum();
    let kept = kept(tx, &asked, changed).await?.pop();
    Ok(kept.unwrap_or(answer))
}

/// What keeps the answers to many keys, each of them once, where none is kept yet; to be run beside other writes. See
/// [`kept`].
pub fn answers(answers: &[(&Key, &Answer)]) -> Write {
    let sql = "UPDATE idempotency SET status = fresh.status, location = fresh.location, body = fresh.body \
               FROM (SELECT value ->> 0 AS scope, value ->> 1 AS key, CAST(value ->> 2 AS bigint) AS status, \
               value ->> 3 AS location, value ->> 4 AS body FROM {rows}) AS fresh \
               WHERE idempotency.scope = fresh.scope AND idempotency.key = fresh.key \
               AND idempotency.status IS NULL";
    let row = |(key, answer): &(&Key, &Answer)| {
        (key.scope.clone(), key.key.clone(), answer.status, answer.location.clone(), answer.body.clone())
    };
    let rows: Vec<_> = answers.iter().map(row).collect();
    Write::new(sql, [dialect::rows(&rows)])
}

/// What is kept now, after `changed` rows were changed by [`answers`].
pub async fn kept(tx: &Tx, answers: &[(&Key, &Answer)], changed: u64) -> Result<Vec<Answer>, DbError> {
    let all_are_new = u64::try_from(answers.len()).is_ok_and(|answers| answers == changed);
    let mut kept = Vec::with_capacity(answers.len());
    for (key, answer) in answers {
        let before = if all_are_new || guard::sabotaged("idempotency::unique") { None } else { read(tx, key).await? };
        kept.push(match before {
            Some(Claim::Answered(before)) => Answer { replayed: false, ..before },
            _ => (*answer).clone(),
        });
    }
    Ok(kept)
}

/// Runs `work` once per key and keeps its answer, all in one transaction. Without a key it just runs.
///
/// A refusal (`Err`) is not kept: it left no effect, so the next try is judged afresh.
pub async fn once<E, F, Fut>(db: &Db, key: Option<&Key>, work: F) -> Result<Answer, E>
where
    E: From<DbError> + From<KeyRefusal>,
    F: Fn(Tx) -> Fut,
    Fut: Future<Output = Result<Answer, E>>,
{
    let work = &work;
    db.transact(|tx| async move {
        let Some(key) = key else { return work(tx).await };
        match claim(&tx, key).await? {
            Claim::Fresh => {
                let made = work(tx.clone()).await?;
                Ok(answer(&tx, key, made).await?)
            }
            Claim::Answered(kept) => Ok(kept),
            Claim::InFlight => Err(KeyRefusal::InFlight.into()),
            Claim::Reused => Err(KeyRefusal::Reused.into()),
        }
    })
    .await
}
