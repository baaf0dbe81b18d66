//! Opens every module's database.

use std::{
    fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use anyhow::{Context, bail};
use futures_util::future::try_join_all;
use kernel::Seams;
use kernel_db::{Bus, Db, DbError, Target, guard, private};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    config::{DataSettings, Settings},
    placement::Hosting,
    registry::Registered,
    wiring,
};

pub(crate) mod capacity;

/// One database for each module that this process has.
#[derive(Debug, Clone)]
pub struct Databases(Vec<Db>);

impl Databases {
    /// Opens all that this process needs, and on SQLite makes those that are not there.
    pub async fn open(settings: &Settings, seams: &Seams, bus: &Bus) -> anyhow::Result<Self> {
        Self::open_for(Purpose::Serve, settings, seams, bus).await
    }

    /// Opens all that this process has a look at, for reading whole tables and not for writing.
    pub async fn survey(settings: &Settings, seams: &Seams, bus: &Bus) -> anyhow::Result<Self> {
        Self::open_for(Purpose::Survey, settings, seams, bus).await
    }

    async fn open_for(purpose: Purpose, settings: &Settings, seams: &Seams, bus: &Bus) -> anyhow::Result<Self> {
        let open = |module| open(settings, (module, purpose), seams, bus);
        let opened = try_join_all(wiring::MODULES.iter().map(|module| open(*module))).await?;
        Ok(Self(opened.into_iter().flatten().collect()))
    }

    #[cfg(test)]
    pub(crate) const fn of_dbs(dbs: Vec<Db>) -> Self {
        Self(dbs)
    }

    pub fn of(&self, module: &str) -> Option<&Db> {
        self.all().find(|db| db.module() == module)
    }

    pub fn all(&self) -> impl Iterator<Item = &Db> {
        self.0.iter()
    }

    /// Brings every module's tables up to date; answers how many migrations ran for each.
    pub async fn migrate(&self) -> anyhow::Result<Vec<(&'static str, usize)>> {
        let mut ran = Vec::new();
        for db in self.all() {
            let module = db.module();
            let steps = migrate(db).await.with_context(|| format!("the tables of {module} cannot be made"))?;
            ran.push((module, steps));
        }
        Ok(ran)
    }

    /// Finishes what is under way and closes every connection.
    pub async fn close(&self) {
        for db in self.all() {
            if let Err(error) = db.close().await {
                tracing::warn!(module = db.module(), %error, "a database did not close cleanly");
            }
        }
    }
}

/// What databases are opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Serve,
    Survey,
}

/// Brings the tables of `db`'s module up to date; answers how many migrations ran.
pub(crate) async fn migrate(db: &Db) -> Result<usize, DbError> {
    let name = db.module();
    let module = wiring::find(name).ok_or_else(|| DbError::Setup(format!("there is no module called {name}")))?;
    kernel_module::migrate(db, module.migrations()).await
}

async fn open(
    settings: &Settings,
    (registered, purpose): (&dyn Registered, Purpose),
    seams: &Seams,
    bus: &Bus,
) -> anyhow::Result<Option<Db>> {
    let module = registered.name();
    let (data, hosting) = (&settings.data, Hosting::of(settings, module));
    let (Some(common), false) = (settings.modules.of(module), hosting == Hosting::Elsewhere) else {
        return Ok(None);
    };
    let readers = settings.modules.config(module).map_or(0, |config| registered.readers(config));
    let target = target(data, (module, purpose), &common.url, data.readers + readers);
    let hint = match &target {
        Target::Sqlite { .. } => "",
        Target::Postgres { .. } | Target::Survey { .. } => {
            " (is the server running, and does data.url name it and a user who may log in?)"
        }
    };
    match Db::open(module, &target, data.durability.into(), bus.clone(), seams.clone()).await {
        Ok(db) => Ok(Some(db)),
        // It lives elsewhere: without its data here it just cannot come home while the store is open.
        Err(error) if hosting == Hosting::Standby => {
            tracing::warn!(module, %error, "the module is elsewhere, and its data cannot be reached from here");
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("the database of {module} cannot be used{hint}")),
    }
}

fn target(data: &DataSettings, (module, purpose): (&str, Purpose), own: &SecretString, readers: u32) -> Target {
    let address = if own.expose_secret().is_empty() { &data.url } else { own };
    let schema = || format!("{}{module}", data.schema_prefix);
    match (address.expose_secret(), purpose) {
        ("", _) => Target::Sqlite { file: data.folder.join(format!("{module}.db")), readers },
        (url, Purpose::Serve) => {
            Target::Postgres { url: url.to_owned(), schema: schema(), connections: data.connections }
        }
        (url, Purpose::Survey) => Target::Survey { url: url.to_owned(), schema: schema(), limit: data.check_limit() },
    }
}

/// Keeps a data folder to one process: two would each believe their caches.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

impl FolderLock {
    /// Makes the folder if need be and takes its lock, which ends with the process whatever happens to it.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        let shown = folder.display();
        make_folder(folder).with_context(|| {
            format!("cannot make the data folder {shown}; make it yourself, or set data.folder to one you may write to")
        })?;
        private_folder(folder)?;
        let lock = folder.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&lock);
        let file = match file {
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => bail!(
                "the data folder {shown} cannot be written to ({error}); make it writable. A store with data in it stays with \
                 it: to have it elsewhere, move the whole folder and then set data.folder to that place"
            ),
            other => other.with_context(|| format!("cannot open {shown}/lock"))?,
        };
        private::mend(&lock).with_context(|| format!("others can use {shown}/lock, and that cannot be changed"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another banyan is using the data folder {shown}; stop it first. A process of one of its modules alone \
                     needs a folder of its own, into which the module's file is moved while both are stopped: \
                     docs/extracting-a-module.md. (An empty folder is another store, without the data of this one.)"
                )
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {shown}")),
        }
    }

    /// Lets another store have the folder.
    pub fn release(&self) {
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "the data folder stays locked until this process ends");
        }
    }
}

/// Other users of the machine must not read what is in it.
pub(crate) fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() { Ok(()) } else { DirBuilder::new().recursive(true).mode(0o700).create(folder) }
}

/// What is in the folder is for its owner alone. One that others can look into is mended when it is the store's own: a
/// folder that has other things in it has other users too, and is refused.
fn private_folder(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    let mode =
        folder.metadata().with_context(|| format!("cannot look at the data folder {shown}"))?.permissions().mode();
    let others = mode & OTHERS;
    if others == 0 || guard::sabotaged("private.files") {
        return Ok(());
    }
    let is_shared = mode & STICKY != 0 || !holds_only_a_store(folder)?;
    if !is_shared && std::fs::set_permissions(folder, Permissions::from_mode(0o700)).is_ok() {
        tracing::info!(folder = %shown, was = format!("{:o}", mode & 0o7777), "the data folder is its owner's alone now");
        return Ok(());
    }
    bail!(
        "other users of this machine can look into the data folder {shown} (mode {:o}): say `chmod 700 {shown}` as its \
         owner, or set data.folder to a folder inside it, such as {shown}/banyan, which the store makes for itself",
        mode & 0o7777
    )
}

/// What the group and everyone else may do.
const OTHERS: u32 = 0o077;

/// The bit of folders such as /tmp, which many users share.
const STICKY: u32 = 0o1000;

fn holds_only_a_store(folder: &Path) -> anyhow::Result<bool> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))?;
    let is_ours = |name: &str| matches!(name, "lock" | "admin.key" | "server.key") || name.contains(".db");
    let mut names = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    Ok(names.all(|name| is_ours(&name)))
}

/// Refuses to look into a store that is not there.
pub fn require_store(settings: &Settings) -> anyhow::Result<()> {
    let here = wiring::names().filter(|module| Hosting::of(settings, module) != Hosting::Elsewhere);
    let on_file = |module: &str| {
        let own = settings.modules.of(module).is_some_and(|common| !common.url.expose_secret().is_empty());
        !own && settings.data.url.expose_secret().is_empty()
    };
    let missing = |module: &str| !settings.data.folder.join(format!("{module}.db")).exists();
    if here.filter(|module| on_file(module)).any(missing) {
        bail!("there is no store in {}; start one with `banyan serve`", settings.data.folder.display());
    }
    Ok(())
}

#[cfg(test)]
mod upgrade_tests;

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    use super::FolderLock;

    #[test]
    fn a_folder_serves_one_store_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path()).unwrap();
        let refused = FolderLock::take(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("another banyan is using"), "{refused}");
        first.release();
        let second = FolderLock::take(folder.path()).unwrap();
        drop(first);
        FolderLock::take(folder.path()).unwrap_err();
        drop(second);
        FolderLock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_folder_is_its_owners_alone() {
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o7777;
        let folder_with = |entry: &str, mode: u32| {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(entry), "").unwrap();
            std::fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
            folder
        };
        for entry in ["lock", "order.db", "order.db-wal", "admin.key"] {
            let folder = folder_with(entry, 0o755);
            FolderLock::take(folder.path()).unwrap();
            assert_eq!((mode(folder.path()), mode(&folder.path().join("lock"))), (0o700, 0o600), "{entry}");
        }
        for (entry, mode_before) in [("letters.txt", 0o755), ("order.db", 0o1777)] {
            let folder = folder_with(entry, mode_before);
            let refused = FolderLock::take(folder.path()).unwrap_err().to_string();
            assert!(refused.contains("chmod 700") && refused.contains("data.folder"), "{refused}");
            assert_eq!(mode(folder.path()), mode_before, "what others share stays as it is");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let refused = FolderLock::take(&file.join("data")).unwrap_err().to_string();
        assert!(refused.contains("set data.folder"), "{refused}");
    }
}
