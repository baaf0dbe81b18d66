//! Compares what a far side says of its data with what this process knows.

use kernel_db::{DbError, guard, tenure};
use kernel_remote::{ModuleMeta, StoreIdentity};
use uuid::Uuid;

use super::{Tenures, fingerprint, holdings, words};
use crate::placement::record;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judged {
    Fits,
    /// It may be called, and an operator should know this.
    FitsBut(String),
    /// It stands on other data than this store's.
    Not(String),
}

impl Tenures {
    /// Judges the far side of `module`. What it says for the first time is written down.
    pub(crate) async fn judge(&self, module: &'static str, meta: &ModuleMeta) -> Result<Judged, DbError> {
        if guard::sabotaged("tenure::unread") {
            return Ok(Judged::Fits);
        }
        if let Some(refusal) = self.refusal(module, meta).await? {
            return Ok(Judged::Not(refusal));
        }
        self.known().disputes.remove(module);
        self.remember(module, &meta.identity).await?;
        let difference = fingerprint::difference(&self.fingerprints, &meta.identity.fingerprints);
        Ok(difference.map_or(Judged::Fits, Judged::FitsBut))
    }

    async fn refusal(&self, module: &'static str, meta: &ModuleMeta) -> Result<Option<String>, DbError> {
        let identity = &meta.identity;
        if let Some(refusal) = self.another_store(module, identity) {
            return Ok(Some(refusal));
        }
        if let Some(refusal) = self.two_leaders(module, identity) {
            return Ok(Some(refusal));
        }
        if let Some(disputed) = &identity.disputed {
            return Ok(Some(format!("it says of itself: {disputed}")));
        }
        if let Some(refusal) = self.left_in_schema(module, meta).await? {
            return Ok(Some(refusal));
        }
        self.another_database(module, identity).await
    }

    fn another_store(&self, module: &str, identity: &StoreIdentity) -> Option<String> {
        let (ours, theirs) = (self.known().store?, identity.store.as_ref()?);
        (ours.to_string() != *theirs).then(|| words::another_store(module, ours, theirs))
    }

    /// A process that was started for some modules alone gives way; a store goes on, and says so.
    fn two_leaders(&self, remote: &'static str, identity: &StoreIdentity) -> Option<String> {
        let (led, theirs) = self.here.iter().find_map(|led| {
            let theirs = identity.leads.get(led.module)?;
            (*theirs != led.identity).then_some((led, theirs))
        })?;
        let refusal = words::two_leaders(led.module, (&led.identity, theirs), self.is_part);
        self.known().disputes.insert(remote, (led.module, format!("the process of {remote}: {refusal}")));
        Some(refusal)
    }

    /// Rows in a schema here of a module whose far side stands elsewhere.
    pub(super) async fn left_in_schema(&self, module: &str, meta: &ModuleMeta) -> Result<Option<String>, DbError> {
        let Some(db) = self.standbys.iter().find(|db| db.module() == module) else { return Ok(None) };
        if record::identity(db).await? == meta.database {
            return Ok(None);
        }
        let given_up = tenure::read(db).await?.is_some_and(|tenure| tenure.role != tenure::Role::Leader);
        let holdings = holdings(db).await?;
        if given_up || holdings.is_empty() {
            return Ok(None);
        }
        if self.leaves && !self.only_looks {
            tenure::change(db, tenure::Role::Left, Some(&meta.database), &self.by).await?;
            tracing::warn!(module, %holdings, by = self.by, "a schema's data is left behind, as was asked for");
            return Ok(None);
        }
        Ok(Some(words::schema_left(module, &holdings, &meta.database)))
    }

    async fn another_database(&self, module: &str, identity: &StoreIdentity) -> Result<Option<String>, DbError> {
        let (Some(known), Some(found)) = (self.known().peers.get(module).copied(), &identity.database_id) else {
            return Ok(None);
        };
        if known.to_string() == *found || self.leaves || self.is_new_beside(module).await? {
            return Ok(None);
        }
        Ok(Some(words::another_database_there(module, known, found)))
    }

    /// Keeps what the far side is, and takes over the name of the store when this process has none yet.
    async fn remember(&self, module: &str, identity: &StoreIdentity) -> Result<(), DbError> {
        if self.only_looks {
            return Ok(());
        }
        let id = |text: &Option<String>| text.as_deref().and_then(|text| Uuid::parse_str(text).ok());
        let (store, database) = (id(&identity.store), id(&identity.database_id));
        let named = self.known().store;
        if let (None, Some(store)) = (named, store) {
            self.known().store = Some(store);
            for led in &self.here {
                tenure::open(&led.db, Some(store)).await?;
            }
        }
        let Some(database) = database.filter(|database| self.known().peers.get(module) != Some(database)) else {
            return Ok(());
        };
        for led in &self.here {
            tenure::note_peer(&led.db, module, database, &self.by).await?;
        }
        self.known().peers.insert(module.to_owned(), database);
        Ok(())
    }
}
