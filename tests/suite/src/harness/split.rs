//! A store on files that sells in one process, and inventory's process beside it: how its file is moved, copied, lost.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
};

use banyan::{
    placement,
    store::{Serving, Store},
};
use kernel::Seams;
use kernel_db::Bus;

use super::{Api, Doors, Kind, ONLY_INVENTORY, Place, Process, Program, settings};

/// Opening stock of the one thing that is sold here, and its price.
pub(crate) const UNITS: i64 = 20;
pub(crate) const PENCE: i64 = 255;

/// Two folders and two pairs of addresses.
pub(crate) struct Split {
    pub(crate) place: Place,
    pub(crate) elsewhere: Place,
    pub(crate) here: Doors,
    pub(crate) there: Doors,
}

impl Split {
    pub(crate) fn new(kind: Kind) -> Self {
        let (place, elsewhere) = (Place::new(kind), Place::new(kind));
        Self { place, elsewhere, here: Doors::free(), there: Doors::free() }
    }

    /// The store with every module in it. It is told where inventory could be.
    pub(crate) fn whole(&self) -> Program {
        let mut program = self.parted();
        program.set("BANYAN__MODULES__INVENTORY__PLACEMENT", "local");
        program
    }

    /// The store with inventory elsewhere: one setting differs.
    pub(crate) fn parted(&self) -> Program {
        Program::without_inventory(&self.place, &self.here, &self.there, 60)
    }

    /// Inventory's own process.
    pub(crate) fn inventory(&self) -> Program {
        let mut program = Program::inventory_alone(&self.elsewhere, &self.there, &self.here);
        program.logs_to("log-inventory");
        program
    }

    pub(crate) async fn serves_inventory(&self) -> Process {
        self.inventory().serves_with(&[], &ONLY_INVENTORY).await
    }

    /// Inventory's process inside this one, where a guard can be taken away.
    pub(crate) async fn inventory_at_home(&self) -> (Serving, Api) {
        at_home(&self.inventory(), &self.there, &["inventory"]).await
    }

    /// The store without inventory inside this process.
    pub(crate) async fn parted_at_home(&self) -> (Serving, Api) {
        at_home(&self.parted(), &self.here, &[]).await
    }

    /// The store sells `units` cups in one process, and stops.
    pub(crate) async fn has_sold(&self, units: i64) {
        let store = self.whole().serves().await;
        store.admin().stocks("cup", UNITS, PENCE).await;
        store.guest("ada").has_bought(&[("cup", units)]).await;
        store.stops().await;
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.place.folder.path().join("data")
    }

    pub(crate) fn data_elsewhere(&self) -> PathBuf {
        self.elsewhere.folder.path().join("data")
    }
}

async fn at_home(program: &Program, doors: &Doors, only: &[&str]) -> (Serving, Api) {
    let mut settings = settings(program.settings());
    let only: Vec<String> = only.iter().map(ToString::to_string).collect();
    settings.only = placement::only(&only).unwrap();
    let store = Store::open(settings, Seams::system(), Bus::default()).await.unwrap();
    let [public, ports] = [&doors.public, &doors.ports].map(|at| TcpListener::bind(at).unwrap());
    (store.serve_with_ports(public, Some(ports)).unwrap(), Api::at(&doors.public))
}

/// Moves the file of a module, with what SQLite keeps beside it, as the guide says.
pub(crate) fn move_file(module: &str, from: &Path, to: &Path) {
    each_file(module, from, to, |from, to| std::fs::rename(from, to).unwrap());
}

pub(crate) fn copy_file(module: &str, from: &Path, to: &Path) {
    each_file(module, from, to, |from, to| assert!(std::fs::copy(from, to).is_ok()));
}

fn each_file(module: &str, from: &Path, to: &Path, act: impl Fn(&Path, &Path)) {
    std::fs::create_dir_all(to).unwrap();
    for name in [format!("{module}.db"), format!("{module}.db-wal"), format!("{module}.db-shm")] {
        let file = from.join(&name);
        if file.exists() {
            act(&file, &to.join(&name));
        } else {
            std::fs::remove_file(to.join(&name)).ok();
        }
    }
}
