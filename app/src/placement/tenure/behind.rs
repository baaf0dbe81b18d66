//! Local data of a module that the settings place in another process.

use std::path::{Path, PathBuf};

use kernel::Seams;
use kernel_db::{Bus, Db, Durability, Target, tenure};
use kernel_module::Holdings;
use secrecy::ExposeSecret;

use super::holdings;
use crate::{
    config::Settings,
    placement::{Hosting, record},
    wiring,
};

/// A file of the data folder that no module of this process is on.
#[derive(Debug)]
pub(crate) struct Behind {
    pub(crate) module: &'static str,
    pub(crate) file: PathBuf,
    pub(crate) holdings: Holdings,
    /// Which database it is, to compare with what a far side stands on.
    pub(crate) identity: String,
    /// Whether an operator has left it behind before, or it was handed over.
    pub(crate) is_given_up: bool,
    pub(crate) db: Db,
}

/// The files that matter: those that have rows. `settings` must be those with which the process runs.
pub(crate) async fn files(settings: &Settings, seams: &Seams) -> anyhow::Result<Vec<Behind>> {
    let mut found = Vec::new();
    for module in wiring::names() {
        let file = settings.data.folder.join(format!("{module}.db"));
        if is_used(settings, module) || !has_bytes(&file) {
            continue;
        }
        let target = Target::Sqlite { file: file.clone(), readers: 1 };
        let db = Db::open(module, &target, Durability::Full, Bus::default(), seams.clone()).await?;
        let holdings = holdings(&db).await?;
        if holdings.is_empty() {
            db.close().await?;
            continue;
        }
        let is_given_up = tenure::read(&db).await?.is_some_and(|tenure| tenure.role != tenure::Role::Leader);
        let identity = record::identity(&db).await?;
        found.push(Behind { module, file, holdings, identity, is_given_up, db });
    }
    Ok(found)
}

/// Whether the module's file is the one that this process works on.
fn is_used(settings: &Settings, module: &str) -> bool {
    Hosting::of(settings, module) == Hosting::Here && !is_on_postgres(settings, module)
}

/// Whether the settings put the module into a Postgres.
pub(crate) fn is_on_postgres(settings: &Settings, module: &str) -> bool {
    let own = settings.modules.of(module).is_some_and(|common| !common.url.expose_secret().is_empty());
    own || !settings.data.url.expose_secret().is_empty()
}

/// A file that was only just made, or is not there, has nothing to lose.
fn has_bytes(file: &Path) -> bool {
    file.metadata().is_ok_and(|file| file.len() > 0)
}
