//! Whose data this process uses, so that no module's data is left behind silently and no module has two leaders.
//!
//! `start` reads the tenure of every database that the settings name, before anything is served; `judge` compares what a
//! far side says of its data, at each handshake; `words` are the refusals; `fingerprint` tells whether two processes have
//! the same keys without showing them. The rows are in [`kernel_db::tenure`].

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use kernel_db::{Db, DbError};
use kernel_module::Holdings;
use kernel_remote::StoreIdentity;
use uuid::Uuid;

use crate::wiring;

pub(crate) mod behind;
pub(crate) mod fingerprint;
mod judge;
mod start;
mod words;

pub(crate) use judge::Judged;
pub(crate) use start::Start;

/// What this process knows of the store's data.
#[derive(Debug)]
pub(crate) struct Tenures {
    /// The modules that this process leads.
    here: Vec<Led>,
    /// Modules that are elsewhere, and whose schema this process reaches.
    standbys: Vec<Db>,
    /// Whether this process was started for some modules alone, so that another process is the store's.
    is_part: bool,
    /// Whether an operator wants to go on without data.
    leaves: bool,
    /// Whether nothing may be written down, because another process may be running the store.
    only_looks: bool,
    by: String,
    fingerprints: BTreeMap<String, Vec<String>>,
    known: Mutex<Known>,
}

/// What changes while the process runs.
#[derive(Debug, Default)]
struct Known {
    store: Option<Uuid>,
    /// The databases on which other modules were last found.
    peers: BTreeMap<String, Uuid>,
    /// By the far side that said so: a module that is led there too, and why that is refused.
    disputes: BTreeMap<&'static str, (&'static str, String)>,
}

/// A module that this process leads.
#[derive(Debug, Clone)]
struct Led {
    module: &'static str,
    db: Db,
    /// The id that the database carries.
    database: Uuid,
    /// Which database it is at this moment, as [`super::record::identity`] says it. A copy is another one.
    identity: String,
}

impl Tenures {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn led(&self, module: &str) -> Option<&Led> {
        self.here.iter().find(|led| led.module == module)
    }

    /// What this process says of the data of `module` to another one.
    pub(crate) fn identity(&self, module: &str) -> StoreIdentity {
        let known = self.known();
        let leads = self.here.iter().map(|led| (led.module.to_owned(), led.identity.clone())).collect();
        StoreIdentity {
            store: known.store.map(|store| store.to_string()),
            database_id: self.led(module).map(|led| led.database.to_string()),
            leads,
            disputed: known.dispute(module),
            fingerprints: self.fingerprints.clone(),
        }
    }

    /// Why this process should not host `module`, when another one leads it too.
    pub(crate) fn dispute(&self, module: &str) -> Option<String> {
        self.known().dispute(module)
    }

    /// Whether this process should stop when another one leads a module too: it was started for some modules alone, and
    /// the other one is the store.
    pub(crate) const fn gives_way(&self) -> bool {
        self.is_part
    }

    /// Whether no module that this process leads, but perhaps `module` itself, has anything that could be lost.
    async fn is_new_beside(&self, module: &str) -> Result<bool, DbError> {
        for led in self.here.iter().filter(|led| led.module != module) {
            if !holdings(&led.db).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Known {
    fn dispute(&self, module: &str) -> Option<String> {
        self.disputes.values().find(|(disputed, _)| *disputed == module).map(|(_, why)| why.clone())
    }
}

/// What a database of one of the modules has that could be lost.
pub(crate) async fn holdings(db: &Db) -> Result<Holdings, DbError> {
    let name = db.module();
    let module = wiring::find(name).ok_or_else(|| DbError::Setup(format!("there is no module called {name}")))?;
    module.holdings(db).await
}
