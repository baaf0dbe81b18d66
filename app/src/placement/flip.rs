//! Moves a module while the store is open.

use std::{sync::Arc, time::Duration};

use kernel::{Kind, Problem};
use kernel_db::{Db, DbError, Dialect};
use kernel_remote::{HandshakeError, ModuleMeta};
use port::Placement;
use tokio_util::sync::CancellationToken;

use super::{
    record::{self, Change},
    slot::ModuleSlot,
};
use crate::wiring;

/// Decisions that were made in another copy of the store are looked for this often.
const LOOK: Duration = Duration::from_secs(1);

/// Why a module stays where it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error("there is no module `{name}`; there are {}", wiring::listed())]
    Unknown { name: String },
    #[error(
        "{module} keeps its data in a file of SQLite, which belongs to one process, and a flip moves no data. To move \
         it with its data: stop this process, move {module}.db (with -wal and -shm, if they are there) into the data folder \
         of the other process, give both the same admin key, server secret and service key, set \
         modules.{module}.placement = \"remote\" here, and start both; docs/extracting-a-module.md is the walk, and \
         `scripts/exports {module}` prints the settings. To move it while the store runs, run both sides on one Postgres (data.url)"
    )]
    OwnFile { module: &'static str },
    #[error(
        "this process does not reach the data of {module}, so the module cannot move while it runs. On one Postgres, ask a \
         process that has all modules and the same data.url. On files, stop both processes, move {module}.db from the \
         other data folder into this one, set modules.{module}.placement = \"local\", and start this process \
         (docs/extracting-a-module.md)"
    )]
    OutOfReach { module: &'static str },
    #[error(
        "no address is set for {module} in another process: set modules.{module}.remote.ports and \
         modules.{module}.remote.public, and service.key, and start again"
    )]
    NoAddress { module: &'static str },
    #[error(
        "the far side of {module} does not say which database it stands on, so its data may be its own, and what this store \
         has of {module} would not go along. A new store can be started with modules.{module}.placement = \"remote\" \
         before its first sale; one that has data of {module} goes on without it only by `serve --leave-data-behind`"
    )]
    Silent { module: &'static str },
    #[error(
        "the far side of {module} cannot reach {} yet, and would fail without; see its log or /health/ready, set \
         modules.….remote.ports there, and try again",
        misses.join(" and ")
    )]
    Lonely { module: &'static str, misses: Vec<String> },
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

impl Problem for PlaceError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unknown { .. } => Kind::NotFound,
            Self::Storage(error) => error.kind(),
            _ => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown-module",
            Self::Handshake(_) => "far-side-refused",
            Self::Storage(error) => error.code(),
            _ => "placement-refused",
        }
    }
}

/// Moves the module called `name` to `placement`, if nothing can get lost by it, and remembers who said so. Answers the
/// module's slot.
pub(crate) async fn flip<'s>(
    slots: &'s [Arc<ModuleSlot>],
    name: &str,
    placement: Placement,
    by: String,
) -> Result<&'s ModuleSlot, PlaceError> {
    let slot =
        slots.iter().find(|slot| slot.name == name).ok_or_else(|| PlaceError::Unknown { name: name.to_owned() })?;
    let module = slot.name;
    let db = match slot.db() {
        None => return Err(PlaceError::OutOfReach { module }),
        Some(db) if db.dialect() == Dialect::Sqlite => return Err(PlaceError::OwnFile { module }),
        Some(db) => db,
    };
    prove_shared(slot, db, placement).await?;
    let (configured, at) = (slot.configured, db.seams().now());
    record::append(db, &Change { placement, configured, by: by.clone(), at }).await?;
    slot.place(placement);
    tracing::info!(module, %placement, by, "moved");
    Ok(slot)
}

/// Both sides use one database, and the far side has our contract and reaches the modules that it needs.
///
/// A far side that is away need not be asked on the way home, when it was asked before.
async fn prove_shared(slot: &ModuleSlot, db: &Db, placement: Placement) -> Result<(), PlaceError> {
    let module = slot.name;
    let remote = slot.remote.as_ref().ok_or(PlaceError::NoAddress { module })?;
    if placement == Placement::Remote && remote.facade.is_none() {
        return Err(PlaceError::NoAddress { module });
    }
    let ModuleMeta { database: theirs, misses, .. } = match remote.introduction().await {
        Ok(meta) => meta,
        Err(error) if error.is_away() && placement == Placement::Local && record::latest(db).await?.is_some() => {
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    if theirs.is_empty() {
        return Err(PlaceError::Silent { module });
    }
    let ours = record::identity(db).await?;
    if ours != theirs {
        return Err(PlaceError::OtherDatabase { module, ours, theirs });
    }
    remote.shake_hands().await?;
    let lonely = placement == Placement::Remote && !misses.is_empty();
    if lonely { Err(PlaceError::Lonely { module, misses }) } else { Ok(()) }
}

/// Notes settings that say something else than when a decision was last made: from here on they are the latest word.
pub(crate) async fn note_settings(slots: &[Arc<ModuleSlot>]) -> Result<(), DbError> {
    for slot in slots {
        let Some(db) = slot.shared_db() else { continue };
        if record::latest(db).await?.is_some_and(|last| last.configured != slot.configured) {
            let (placement, by, at) = (slot.configured, "settings".to_owned(), db.seams().now());
            record::append(db, &Change { placement, configured: placement, by, at }).await?;
        }
    }
    Ok(())
}

/// Where `slot`'s module should be by the latest word: a decision, or settings that were changed after it.
async fn decided(slot: &ModuleSlot) -> Result<Placement, DbError> {
    let Some(db) = slot.shared_db().filter(|_| slot.remote.is_some()) else { return Ok(slot.placement()) };
    let latest = record::latest(db).await?.filter(|change| change.configured == slot.configured);
    Ok(latest.map_or(slot.configured, |change| change.placement))
}

/// Takes over the latest decision about each slot; `true` for those that came here by it.
pub(crate) async fn follow(slots: &[Arc<ModuleSlot>]) -> Result<(), DbError> {
    for slot in slots {
        let placement = decided(slot).await?;
        if placement != slot.placement() {
            slot.place(placement);
            tracing::info!(module = slot.name, %placement, "moved, as was decided elsewhere or before");
        }
    }
    Ok(())
}

/// Follows decisions that were made in other copies of the store, until told to stop. `came` is told after each look.
pub(crate) async fn keep_following(slots: Arc<[Arc<ModuleSlot>]>, came: impl Fn(), stop: CancellationToken) {
    while tokio::time::timeout(LOOK, stop.cancelled()).await.is_err() {
        if let Err(error) = follow(&slots).await {
            tracing::warn!(?error, "where modules should be could not be read; trying again");
        }
        came();
    }
}
