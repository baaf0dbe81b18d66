//! One answer per key: the key, the effect and the answer stand or fall in one commit.

use std::collections::HashSet;

use kernel::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde::Serialize;

use crate::{Db, DbError, Rows, Sql, Tx, Write, guard};

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

#[derive(Rows)]
struct NewKey<'a> {
    scope: &'a str,
    key: &'a str,
    fingerprint: &'a str,
    created_at: DateTime<Utc>,
}

static CLAIM: Sql = Sql::new("kernel.claim-keys", || {
    format!("{} ON CONFLICT (scope, key) DO NOTHING RETURNING scope, key", NewKey::insert("idempotency"))
});

#[derive(FromQueryResult)]
struct Claimed {
    scope: String,
    key: String,
}

/// Claims every key that was never seen; says for each whether it did. Of equal keys the first is claimed.
pub async fn claim_all(tx: &Tx, keys: &[&Key]) -> Result<Vec<bool>, DbError> {
    if guard::sabotaged("idempotency::unique") {
        return Ok(vec![true; keys.len()]);
    }
    let created_at = tx.seams().now();
    let rows = keys.iter().map(|key| {
        let Key { scope, key, fingerprint } = key;
        NewKey { scope, key, fingerprint, created_at }
    });
    let claimed = tx.all::<Claimed>(&CLAIM, [NewKey::bind(rows)]).await?;
    let mut claimed: HashSet<_> = claimed.into_iter().map(|Claimed { scope, key }| (scope, key)).collect();
    Ok(keys.iter().map(|key| claimed.remove(&(key.scope.clone(), key.key.clone()))).collect())
}

/// Gives back a key that this transaction has claimed, for an effect that it does not make.
pub async fn free(tx: &Tx, key: &Key) -> Result<(), DbError> {
    let sql = "DELETE FROM idempotency WHERE scope = ? AND key = ? AND status IS NULL";
    tx.run(sql, [key.scope.clone().into(), key.key.clone().into()]).await?;
    Ok(())
}

/// What `key` means, without claiming it; `None` when it was never seen.
pub async fn find(db: &Db, key: &Key) -> Result<Option<Claim>, DbError> {
    let kept = db.one::<Kept>(READ, [key.scope.clone().into(), key.key.clone().into()]).await?;
    kept.map(|kept| kept.claim(key)).transpose()
}

async fn read(tx: &Tx, key: &Key) -> Result<Option<Claim>, DbError> {
    let kept = tx.one::<Kept>(READ, [key.scope.clone().into(), key.key.clone().into()]).await?;
    kept.map(|kept| kept.claim(key)).transpose()
}

const READ: &str = "SELECT fingerprint, status, location, body FROM idempotency WHERE scope = ? AND key = ?";

#[derive(FromQueryResult)]
struct Kept {
    fingerprint: String,
    status: Option<i64>,
    location: Option<String>,
    body: Option<String>,
}

impl Kept {
    fn claim(self, key: &Key) -> Result<Claim, DbError> {
        if self.fingerprint != key.fingerprint {
            return Ok(Claim::Reused);
        }
        match (self.status, self.body) {
            (Some(status), Some(body)) => {
                let status = u16::try_from(status).map_err(|error| DbError::corrupt("answer", error))?;
                Ok(Claim::Answered(Answer { status, location: self.location, body, replayed: true }))
            }
            _ => Ok(Claim::InFlight),
        }
    }
}

/// Keeps `answer` for `key`, unless one is kept already; answers what is kept.
pub async fn answer(tx: &Tx, key: &Key, answer: Answer) -> Result<Answer, DbError> {
    let asked = [(key, &answer)];
    let changed = tx.run_all(vec![answers(&asked)]).await?.into_iter().sum();
    let kept = kept(tx, &asked, changed).await?.pop();
    Ok(kept.unwrap_or(answer))
}

#[derive(Rows)]
struct NewAnswer<'a> {
    #[rows(key)]
    scope: &'a str,
    #[rows(key)]
    key: &'a str,
    status: u16,
    location: Option<&'a str>,
    body: &'a str,
}

static ANSWER: Sql = Sql::new("kernel.answer-keys", || {
    format!(
        "UPDATE idempotency SET {} FROM {} WHERE idempotency.scope = fresh.scope AND idempotency.key = fresh.key \
         AND idempotency.status IS NULL",
        NewAnswer::set("fresh"),
        NewAnswer::table("fresh")
    )
});

/// What keeps the answers to many keys, each of them once, where none is kept yet; to be run beside other writes. See
/// [`kept`].
pub fn answers(answers: &[(&Key, &Answer)]) -> Write {
    let rows = answers.iter().map(|(Key { scope, key, .. }, answer)| {
        let Answer { status, location, body, .. } = answer;
        NewAnswer { scope, key, status: *status, location: location.as_deref(), body }
    });
    Write::new(&ANSWER, [NewAnswer::bind(rows)])
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
