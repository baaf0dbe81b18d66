//! Reads the tenure of every database that the settings name, before anything is served.

use std::{
    collections::BTreeMap,
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::{Arc, Mutex},
};

use anyhow::bail;
use kernel::{DateTime, Seams, Utc};
use kernel_db::{
    Db, Dialect, guard,
    tenure::{self, Role, Tenure},
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::{
    Known, Led, Tenures,
    behind::{self, Behind},
    fingerprint, words,
};
use crate::{
    config::Settings,
    databases,
    keys::Keys,
    placement::{Hosting, record, remote::RemoteModule, slot::ModuleSlot},
    registry::Registered,
    wiring,
};

/// What a process is about to serve, and with what.
pub(crate) struct Start<'s> {
    pub(crate) slots: &'s [Arc<ModuleSlot>],
    pub(crate) settings: &'s Settings,
    pub(crate) keys: &'s Keys,
    pub(crate) seams: &'s Seams,
}

impl Tenures {
    /// For a process that is about to serve. Refuses to leave data behind, to lead what was given up, and to mix stores;
    /// writes down whose the data is.
    pub(crate) async fn claim(start: &Start<'_>) -> anyhow::Result<Self> {
        let by = operator(start.settings);
        let dbs: Vec<(&'static str, Db)> = led_here(start);
        for left in refuse_files(start, &by).await? {
            for (_, db) in &dbs {
                tenure::forget_peer(db, left).await?;
            }
        }
        let store = one_store(&dbs, start.seams).await?;
        let mut here = Vec::new();
        for (module, db) in dbs {
            let tenure = tenure::open(&db, store).await?;
            take_up(module, &db, &tenure, (start.settings, &by)).await?;
            let identity = record::identity(&db).await?;
            here.push(Led { module, db, database: tenure.database, identity });
        }
        let peers = peers(&here).await?;
        let known = Known { store, peers, disputes: BTreeMap::new() };
        let tenures = Self { by, ..Self::of(start, here, known) };
        tenures.compare_own_peers(start.settings).await?;
        tenures.compare_schemas(start.slots).await?;
        Ok(tenures)
    }

    /// For a process that looks at a store which another one may be running. Writes nothing.
    pub(crate) async fn look(start: &Start<'_>) -> anyhow::Result<Self> {
        let (mut here, mut store) = (Vec::new(), None);
        for (module, db) in led_here(start) {
            let Some(tenure) = tenure::read(&db).await? else { continue };
            store = store.or(tenure.store);
            let identity = record::identity(&db).await?;
            here.push(Led { module, db, database: tenure.database, identity });
        }
        let peers = peers(&here).await?;
        let known = Known { store, peers, disputes: BTreeMap::new() };
        Ok(Self { only_looks: true, ..Self::of(start, here, known) })
    }

    fn of(start: &Start<'_>, here: Vec<Led>, known: Known) -> Self {
        let settings = start.settings;
        let standby = |slot: &&Arc<ModuleSlot>| Hosting::of(settings, slot.name) == Hosting::Standby;
        Self {
            here,
            standbys: start.slots.iter().filter(standby).filter_map(|slot| slot.shared_db().cloned()).collect(),
            is_part: settings.only.is_some(),
            leaves: settings.leave_data_behind,
            only_looks: false,
            by: String::new(),
            fingerprints: fingerprint::of(start.keys, &settings.service),
            known: Mutex::new(known),
        }
    }

    /// A module here is on the database on which the store had it before, or the store has nothing yet.
    async fn compare_own_peers(&self, settings: &Settings) -> anyhow::Result<()> {
        for led in &self.here {
            let known = self.known().peers.get(led.module).copied();
            let Some(known) = known.filter(|known| *known != led.database) else { continue };
            if self.leaves {
                tracing::warn!(module = led.module, %known, found = %led.database, by = self.by, "going on without the module's former data, as was asked for");
            } else if !self.is_new_beside(led.module).await? {
                bail!(words::another_database_here(led.module, known, led.database, &place_of(led, settings)));
            }
        }
        for led in &self.here {
            for other in &self.here {
                if self.known().peers.get(other.module) != Some(&other.database) {
                    tenure::note_peer(&led.db, other.module, other.database, &self.by).await?;
                }
            }
        }
        let databases = self.here.iter().map(|led| (led.module.to_owned(), led.database));
        self.known().peers.extend(databases);
        Ok(())
    }

    /// Asks the far sides of modules whose schema is here what they stand on. One that is away is asked later, and not
    /// called before.
    async fn compare_schemas(&self, slots: &[Arc<ModuleSlot>]) -> anyhow::Result<()> {
        for db in &self.standbys {
            let Some(remote) = remote_of(slots, db.module()) else { continue };
            let Ok(meta) = remote.introduction().await else { continue };
            if let Some(refusal) = self.left_in_schema(db.module(), &meta).await? {
                bail!(refusal);
            }
        }
        Ok(())
    }
}

/// The modules that this process leads, with their databases.
fn led_here(start: &Start<'_>) -> Vec<(&'static str, Db)> {
    let here = start.slots.iter().filter(|slot| Hosting::of(start.settings, slot.name) == Hosting::Here);
    here.filter_map(|slot| Some((slot.name, slot.db()?.clone()))).collect()
}

/// What becomes of a file that no module here is on.
enum Verdict {
    Fine,
    Left,
    Refused(String),
}

/// Refuses to pass by files of modules that are not on them, unless an operator says so; then that is written into them,
/// and the modules are answered.
async fn refuse_files(start: &Start<'_>, by: &str) -> anyhow::Result<Vec<&'static str>> {
    if guard::sabotaged("tenure::unread") {
        return Ok(Vec::new());
    }
    let found = behind::files(start.settings, start.seams).await?;
    let (mut refusals, mut left) = (Vec::new(), Vec::new());
    for behind in &found {
        match judge_file(behind, start, by).await? {
            Verdict::Fine => {}
            Verdict::Left => left.push(behind.module),
            Verdict::Refused(refusal) => refusals.push(refusal),
        }
    }
    for behind in found {
        behind.db.close().await?;
    }
    if refusals.is_empty() { Ok(left) } else { bail!(refusals.join("\n\n")) }
}

async fn judge_file(behind: &Behind, start: &Start<'_>, by: &str) -> anyhow::Result<Verdict> {
    let settings = start.settings;
    let Behind { module, file, holdings, identity, is_given_up, db } = behind;
    if *is_given_up || far_stands_on(start.slots, module, identity).await {
        return Ok(Verdict::Fine);
    }
    let (shown, has_url) = (file.display(), behind::is_on_postgres(settings, module));
    if has_url && !settings.data.url.expose_secret().is_empty() {
        // The whole store is on Postgres. A file beside it is of another day.
        tracing::warn!(module, file = %shown, %holdings, "this file is not read: the store's data is in Postgres, and no data moves there from files");
        return Ok(Verdict::Fine);
    }
    if settings.leave_data_behind {
        databases::migrate(db).await?;
        tenure::open(db, None).await?;
        let peer = settings.modules.of(module).map(|common| common.remote.ports.as_str());
        tenure::change(db, Role::Left, peer, by).await?;
        tracing::warn!(module, file = %shown, %holdings, by, "data is left behind, as was asked for");
        return Ok(Verdict::Left);
    }
    if has_url {
        return Ok(Verdict::Refused(words::file_passed_by(module, file, holdings)));
    }
    Ok(Verdict::Refused(words::file_left(module, (file, holdings), settings)))
}

/// Whether the far side works on that very file, as it does when both processes share a data folder.
async fn far_stands_on(slots: &[Arc<ModuleSlot>], module: &str, identity: &str) -> bool {
    let Some(remote) = remote_of(slots, module) else { return false };
    remote.introduction().await.is_ok_and(|meta| meta.database == identity)
}

fn remote_of<'s>(slots: &'s [Arc<ModuleSlot>], module: &str) -> Option<&'s Arc<RemoteModule>> {
    slots.iter().find(|slot| slot.name == module)?.remote.as_ref()
}

/// The store that all databases here belong to. A process that has the orders names a new one; another learns the name
/// from the process that has them.
async fn one_store(dbs: &[(&'static str, Db)], seams: &Seams) -> anyhow::Result<Option<Uuid>> {
    let mut known: Option<(&str, Uuid)> = None;
    for (module, db) in dbs {
        let Some(store) = tenure::read(db).await?.and_then(|tenure| tenure.store) else { continue };
        match known {
            Some((first, ours)) if ours != store => bail!(words::two_stores((first, ours), (module, store))),
            _ => known = Some((module, store)),
        }
    }
    if let Some((_, store)) = known {
        return Ok(Some(store));
    }
    let founds = |module| wiring::find(module).is_some_and(Registered::founds_store);
    let Some((_, founder)) = dbs.iter().find(|(module, _)| founds(module)) else { return Ok(None) };
    // Copies of a store start together: the first name that is written is everybody's.
    Ok(tenure::open(founder, Some(seams.ids.secret())).await?.store)
}

/// Refuses to lead data that was handed over, or left behind, unless an operator wants it back.
async fn take_up(module: &str, db: &Db, tenure: &Tenure, (settings, by): (&Settings, &str)) -> anyhow::Result<()> {
    if tenure.role == Role::Leader || guard::sabotaged("tenure::unread") {
        return Ok(());
    }
    if !settings.leave_data_behind {
        bail!(words::given_up(module, tenure));
    }
    tracing::warn!(module, role = tenure.role.as_str(), by, "leading again what was given up, as was asked for");
    Ok(tenure::change(db, Role::Leader, None, by).await?)
}

/// What the databases here remember of the others; the latest word counts.
async fn peers(here: &[Led]) -> anyhow::Result<BTreeMap<String, Uuid>> {
    let mut latest: BTreeMap<String, (DateTime<Utc>, Uuid)> = BTreeMap::new();
    for led in here {
        for peer in tenure::peers(&led.db).await? {
            let entry = latest.entry(peer.module).or_insert((peer.noted_at, peer.database));
            if peer.noted_at > entry.0 {
                *entry = (peer.noted_at, peer.database);
            }
        }
    }
    Ok(latest.into_iter().map(|(module, (_, database))| (module, database)).collect())
}

fn place_of(led: &Led, settings: &Settings) -> String {
    match led.db.dialect() {
        Dialect::Sqlite => settings.data.folder.join(format!("{}.db", led.module)).display().to_string(),
        Dialect::Postgres => format!("the schema {}{}", settings.data.schema_prefix, led.module),
    }
}

/// Who has started this process, as far as the machine knows.
fn operator(settings: &Settings) -> String {
    let user = Path::new("/proc/self").metadata().map_or_else(|_| "unknown".to_owned(), |own| own.uid().to_string());
    let flag = if settings.leave_data_behind { " --leave-data-behind" } else { "" };
    format!("banyan serve{flag} (user {user})")
}
