//! Lets one of several processes do a job: the holder of the lease, as long as it renews it.
//!
//! No process compares another's time with its own. Each renewal changes the row, and a process that wants the lease takes
//! it when it has seen the row unchanged for a whole term, by its own monotonic clock. So a clock that jumps, or differs by
//! an hour, neither prolongs a lease nor cuts it. A process that has just started waits one term before it takes over what
//! another left.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use kernel::{DateTime, Utc};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{Db, DbError};

/// A lease as one process sees it.
#[derive(Debug)]
pub struct Lease {
    db: Db,
    name: String,
    holder: Uuid,
    term: Duration,
    /// What another holder's row showed, and since when it has been so.
    seen: Mutex<Option<(Beat, Instant)>>,
}

/// A holder and its renewal: only whether it changes counts, never what time it shows.
type Beat = (Uuid, DateTime<Utc>);

impl Lease {
    pub fn new(db: &Db, name: impl Into<String>, holder: Uuid, term: Duration) -> Self {
        Self { db: db.clone(), name: name.into(), holder, term, seen: Mutex::default() }
    }

    /// Takes or renews the lease; `false` while another holds it. To be called several times in a term.
    pub async fn acquire(&self) -> Result<bool, DbError> {
        let (name, holder, now) = (self.name.as_str(), self.holder, self.db.seams().now());
        let stale = &self.stale_beat();
        let found = self
            .db
            .transact(|tx| async move {
                let first =
                    "INSERT INTO lease (name, holder, expires_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING";
                if tx.run(first, [name.into(), holder.into(), now.into()]).await? == 1 {
                    return Ok::<_, DbError>(None);
                }
                let row =
                    tx.row("SELECT holder, expires_at FROM lease WHERE name = ? {for_update}", [name.into()]).await?;
                let row = row.ok_or_else(|| DbError::corrupt("lease", name))?;
                let beat: Beat = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                if beat.0 != holder && stale.as_ref() != Some(&beat) {
                    return Ok(Some(beat));
                }
                // Two renewals never look the same.
                let next = now.max(beat.1 + TimeDelta::microseconds(1));
                let renew = "UPDATE lease SET holder = ?, expires_at = ? WHERE name = ?";
                tx.run(renew, [holder.into(), next.into(), name.into()]).await?;
                Ok(None)
            })
            .await?;
        Ok(self.note(found))
    }

    /// The beat of a holder that has not renewed for a whole term.
    fn stale_beat(&self) -> Option<Beat> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.filter(|(_, since)| since.elapsed() >= self.term).map(|(beat, _)| beat)
    }

    /// Remembers another holder's beat; `true` when there is none and the lease is ours.
    fn note(&self, found: Option<Beat>) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match (found, *seen) {
            (Some(beat), Some((before, _))) if beat == before => {}
            (Some(beat), _) => *seen = Some((beat, Instant::now())),
            (None, _) => *seen = None,
        }
        found.is_none()
    }
}
