//! Moves a module while the store is open.

use std::{sync::Arc, time::Duration};

use kernel_db::DbError;
use kernel_remote::HandshakeError;
use port::Placement;
use tokio_util::sync::CancellationToken;

use super::{
    record::{self, Change},
    seat::Seat,
};

/// Decisions that were made in another copy of the store are looked for this often.
const LOOK: Duration = Duration::from_secs(1);

/// Why a module stays where it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stays {
    #[error(
        "{module} keeps its data in a file that belongs to one process; it can move while the store is open only on \
         Postgres, with both sides on the same database"
    )]
    OwnFile { module: &'static str },
    #[error(
        "nobody said where {module} is when it is not here: set modules.{module}.remote.ports and \
         modules.{module}.remote.public, and service.key, and start again"
    )]
    NoAddress { module: &'static str },
    #[error(
        "{module} has no port by which its far side could show what it stands on, so it moves only by its settings and a \
         start: set modules.{module}.placement"
    )]
    NoPort { module: &'static str },
    #[error("{0}")]
    Handshake(#[from] HandshakeError),
    #[error(
        "the far side of {module} stands on another database ({theirs}) than this process ({ours}); moving the data is \
         not part of a flip: give both the same data.url and data.schema_prefix"
    )]
    OtherDatabase { module: &'static str, ours: String, theirs: String },
    #[error(transparent)]
    Storage(#[from] DbError),
}

/// Moves `seat`'s module to `placement`, if nothing can get lost by it, and remembers who said so.
pub(crate) async fn flip(seat: &Seat, placement: Placement, by: String) -> Result<(), Stays> {
    let module = seat.name;
    let db = seat.shared_db().ok_or(Stays::OwnFile { module })?;
    prove_shared(seat, placement).await?;
    let (configured, at) = (seat.configured, db.seams().now());
    record::append(db, &Change { placement, configured, by: by.clone(), at }).await?;
    seat.place(placement);
    tracing::info!(module, %placement, by, "moved");
    Ok(())
}

/// Both sides stand on one database, and the far side speaks our contract.
///
/// A far side that is away need not be asked on the way home, when it was asked before.
async fn prove_shared(seat: &Seat, placement: Placement) -> Result<(), Stays> {
    let module = seat.name;
    let db = seat.shared_db().ok_or(Stays::OwnFile { module })?;
    let far = seat.far.as_ref().ok_or(Stays::NoAddress { module })?;
    if placement == Placement::Remote && far.facade.is_none() {
        return Err(Stays::NoAddress { module });
    }
    if far.ports.is_empty() {
        return Err(Stays::NoPort { module });
    }
    let theirs = match far.shake_hands().await {
        Ok(metas) => metas.into_iter().next().map(|meta| meta.database).unwrap_or_default(),
        Err(HandshakeError::Unreachable { .. } | HandshakeError::TooSlow { .. } | HandshakeError::Broken { .. })
            if placement == Placement::Local && record::latest(db).await?.is_some() =>
        {
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let ours = record::identity(db).await?;
    if ours == theirs { Ok(()) } else { Err(Stays::OtherDatabase { module, ours, theirs }) }
}

/// Notes settings that say something else than when a decision was last made: from here on they are the latest word.
pub(crate) async fn note_settings(seats: &[Arc<Seat>]) -> Result<(), DbError> {
    for seat in seats {
        let Some(db) = seat.shared_db() else { continue };
        if record::latest(db).await?.is_some_and(|last| last.configured != seat.configured) {
            let (placement, by, at) = (seat.configured, "settings".to_owned(), db.seams().now());
            record::append(db, &Change { placement, configured: placement, by, at }).await?;
        }
    }
    Ok(())
}

/// Where `seat`'s module should be by the latest word: a decision, or settings that were changed after it.
async fn decided(seat: &Seat) -> Result<Placement, DbError> {
    let Some(db) = seat.shared_db().filter(|_| seat.far.is_some()) else { return Ok(seat.placement()) };
    let latest = record::latest(db).await?.filter(|change| change.configured == seat.configured);
    Ok(latest.map_or(seat.configured, |change| change.placement))
}

/// Takes over the latest decision about each seat; `true` for those that came here by it.
pub(crate) async fn follow(seats: &[Arc<Seat>]) -> Result<(), DbError> {
    for seat in seats {
        let placement = decided(seat).await?;
        if placement != seat.placement() {
            seat.place(placement);
            tracing::info!(module = seat.name, %placement, "moved, as was decided elsewhere or before");
        }
    }
    Ok(())
}

/// Follows decisions that were made in other copies of the store, until told to stop. `came` is told after each look.
pub(crate) async fn keep_following(seats: Vec<Arc<Seat>>, came: impl Fn(), stop: CancellationToken) {
    while tokio::time::timeout(LOOK, stop.cancelled()).await.is_err() {
        if let Err(error) = follow(&seats).await {
            tracing::warn!(?error, "where modules should be could not be read; trying again");
        }
        came();
    }
}
