//! One answer per key: the key, the effect and the answer stand or fall in one commit.

use sea_orm::{ConnectionTrait, Value};
use serde::Serialize;

use crate::{Db, DbError, Tx, guard};

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
    let sql = "INSERT INTO idempotency (scope, key, fingerprint, created_at) VALUES (?, ?, ?, ?) \
               ON CONFLICT (scope, key) DO NOTHING";
    let now = tx.seams().now();
    let values: [Value; 4] =
        [key.scope.clone().into(), key.key.clone().into(), key.fingerprint.clone().into(), now.into()];
    if guard::sabotaged("idempotency::unique") || tx.run(sql, values).await? == 1 {
        return Ok(Claim::Fresh);
    }
    read(tx, key).await.map(|claim| claim.unwrap_or(Claim::Fresh))
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

fn claim_of(row: &sea_orm::QueryResult, key: &Key) -> Result<Claim, DbError> {
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
    let sql =
        "UPDATE idempotency SET status = ?, location = ?, body = ? WHERE scope = ? AND key = ? AND status IS NULL";
    let values: [Value; 5] = [
        i64::from(answer.status).into(),
        answer.location.clone().into(),
        answer.body.clone().into(),
        key.scope.clone().into(),
        key.key.clone().into(),
    ];
    if tx.run(sql, values).await? == 1 || guard::sabotaged("idempotency::unique") {
        return Ok(answer);
    }
    match read(tx, key).await? {
        Some(Claim::Answered(kept)) => Ok(Answer { replayed: false, ..kept }),
        _ => Ok(answer),
    }
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
