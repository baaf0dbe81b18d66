//! A store in several processes of the real binary: the store that customers reach, and one `serve --only` for each module
//! that has a process of its own.
//!
//! Each process has a data folder of its own, so on SQLite a module's file belongs to its process alone. A test starts the
//! processes one by one, or has all of them started: see [`Running`].

mod running;

use std::{net::TcpListener, path::PathBuf};

use banyan::{
    placement,
    store::{Serving, Store},
};
use kernel::Seams;
use kernel_db::Bus;
use sea_orm::ConnectionTrait as _;

pub(crate) use self::running::Running;
use super::{
    Api, Kind, MODULES, Place, Process, Program, eventually,
    place::{Words, settings},
    process::free_address,
};

/// The process that customers reach.
pub(crate) const STORE: &str = "store";

/// What the processes sign their calls with.
pub(crate) const SERVICE_KEY: &str = "the-service-key-of-the-suite-of-32-letters-or-more";

/// Where one process listens, as `host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoints {
    /// For customers.
    pub(crate) public: String,
    /// For the other processes.
    pub(crate) ports: String,
}

impl Endpoints {
    pub(crate) fn free() -> Self {
        Self { public: free_address(), ports: free_address() }
    }
}

/// Processes by their names, and the settings with which they find each other.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) place: Place,
    /// The settings that all processes share.
    words: Words,
    /// The store, and each module that has a process of its own.
    members: Vec<(&'static str, Endpoints)>,
    /// Where the others look for a module, when it is not where the module listens.
    found: Vec<(&'static str, Endpoints)>,
}

impl Cluster {
    /// Each of `modules` has a process of its own, beside the store's.
    pub(crate) fn new(kind: Kind, modules: &[&'static str]) -> Self {
        let place = Place::new(kind);
        let words = place.environment();
        Self::of(place, modules, words)
    }

    /// The same, with time enough for an answer that a slow machine does not turn a 201 into a 202.
    pub(crate) fn patient(kind: Kind, modules: &[&'static str]) -> Self {
        let mut cluster = Self::new(kind, modules);
        cluster.set("BANYAN__MODULES__ORDER__ANSWER_WITHIN_MS", "8000");
        cluster
    }

    /// `module` alone has a process of its own. While it is away, a checkout is given up after
    /// `patience_seconds`.
    pub(crate) fn without(module: &'static str, kind: Kind, patience_seconds: u32) -> Self {
        let mut cluster = Self::new(kind, &[module]);
        cluster.set("BANYAN__MODULES__ORDER__CHECKOUT_DEADLINE_SECONDS", patience_seconds.to_string());
        cluster
    }

    /// `words` are the settings that all processes share.
    pub(crate) fn of(place: Place, modules: &[&'static str], words: Words) -> Self {
        let members = modules.iter().copied().chain([STORE]).map(|name| (name, Endpoints::free())).collect();
        let mut cluster = Self { place, words, members, found: Vec::new() };
        cluster.set("BANYAN__SERVICE__KEY", SERVICE_KEY);
        cluster
    }

    /// A setting of all processes.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.words.retain(|(known, _)| known != name);
        self.words.push((name.to_owned(), value.into()));
    }

    /// Where the process of this name listens.
    pub(crate) fn endpoints(&self, name: &str) -> &Endpoints {
        let member = self.members.iter().find(|(known, _)| *known == name);
        &member.expect("it has a process of its own").1
    }

    /// Makes the others look for `name` there, such as at a proxy.
    pub(crate) fn is_found(&mut self, name: &'static str, at: Endpoints) {
        self.found.retain(|(known, _)| *known != name);
        self.found.push((name, at));
    }

    fn find(&self, name: &str) -> Option<&Endpoints> {
        let known = self.found.iter().chain(&self.members);
        known.into_iter().find(|(known, _)| *known == name).map(|(_, at)| at)
    }

    /// Where the others find `module`: at its own process, or at the store's.
    fn home(&self, module: &str) -> &Endpoints {
        self.find(module).or_else(|| self.find(STORE)).expect("there is a store")
    }

    /// The modules that have another process than the store's.
    fn away(&self) -> Vec<&'static str> {
        MODULES.into_iter().filter(|module| self.find(module).is_some()).collect()
    }

    /// Where the process of this name keeps its data.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.place.folder.path().join(format!("data-{name}"))
    }

    /// The program of the module's own process, or of the store's.
    pub(crate) fn program(&self, name: &str) -> Program {
        self.program_at(name, self.endpoints(name))
    }

    /// The program of a process that listens there: of the module of this name alone, or of a whole store, of which there
    /// may be several. It is told where the modules are that have another process, or would be if they had.
    pub(crate) fn program_at(&self, name: &str, listens: &Endpoints) -> Program {
        let mut program = Program::of(&self.place, self.words.clone());
        program.logs_to(&format!("log-{name}"));
        program.set("BANYAN__DATA__FOLDER", self.data(name).display().to_string());
        program.set("BANYAN__HTTP__LISTEN", &listens.public);
        program.set("BANYAN__PORTS__LISTEN", &listens.ports);
        program.set("BANYAN__SERVICE__NAME", name);
        let is_module = MODULES.contains(&name);
        let others = MODULES.into_iter().filter(|module| *module != name);
        let others: Vec<&str> = if is_module { others.collect() } else { self.away() };
        for module in others {
            let Endpoints { public, ports } = self.home(module);
            let setting = |which: &str| format!("BANYAN__MODULES__{}__REMOTE__{which}", module.to_uppercase());
            program.set(setting("PORTS"), format!("http://{ports}"));
            program.set(setting("PUBLIC"), format!("http://{public}"));
        }
        program
    }

    /// The store with every module in it. It knows where some could be.
    pub(crate) fn store(&self) -> Program {
        self.program(STORE)
    }

    /// The store without the modules that have another process: one setting for each differs.
    pub(crate) fn parted(&self) -> Program {
        let mut program = self.store();
        for module in self.away() {
            program.set(format!("BANYAN__MODULES__{}__PLACEMENT", module.to_uppercase()), "remote");
        }
        program
    }

    /// Starts the store with every module in it.
    pub(crate) async fn opens_store(&self) -> Process {
        self.store().serves().await
    }

    /// Starts the store without the modules that have another process.
    pub(crate) async fn opens_parted(&self) -> Process {
        self.parted().serves().await
    }

    /// Starts the process of `module` alone.
    pub(crate) async fn opens_module(&self, module: &str) -> Process {
        self.program(module).serves_with(&[], &only(module)).await
    }

    /// Serves the member of this name in the process of the test, where guards can be taken away.
    pub(crate) async fn opens_in_process(&self, name: &str) -> (Serving, Api) {
        let program = if name == STORE { self.parted() } else { self.program(name) };
        let serving = self.serves_in_process(&program, name, Seams::system()).await;
        (serving, Api::at(&self.endpoints(name).public))
    }

    async fn serves_in_process(&self, program: &Program, name: &str, seams: Seams) -> Serving {
        let mut settings = settings(program.settings());
        let modules: Vec<String> = MODULES.into_iter().filter(|module| *module == name).map(str::to_owned).collect();
        settings.only = placement::only(&modules).unwrap();
        let store = Store::open(settings, seams, Bus::default()).await.unwrap();
        let Endpoints { public, ports } = self.endpoints(name);
        let [public, ports] = [public, ports].map(|at| TcpListener::bind(at).unwrap());
        store.serve_with_ports(public, Some(ports)).unwrap()
    }

    /// The one figure that `sql` answers, looked up in the tables of `module`. On Postgres.
    pub(crate) async fn figure(&self, module: &str, sql: &str) -> i64 {
        let store = Store::attach(self.place.settings(), Seams::system()).await.unwrap();
        let db = store.databases.of(module).unwrap();
        let row = db.reader().query_one_raw(db.dialect().statement(sql, [])).await.unwrap().unwrap();
        let figure = row.try_get_by_index(0).unwrap();
        store.close().await;
        figure
    }

    /// What `banyan check` finds to be untrue; it must find nothing.
    pub(crate) async fn is_sound(&self) {
        let checked = self.store().says(&["check"]).await;
        assert_eq!(checked.code, Some(0), "{checked:?}");
    }
}

/// How a process of one module is started.
pub(crate) fn only(module: &str) -> [&str; 4] {
    ["serve", "--no-demo", "--only", module]
}

/// Waits until the far sides that `processes` know have shown who they are, to the holder of `key`.
pub(crate) async fn acquainted_at(processes: &[&Api], key: &str) {
    for process in processes {
        eventually("every far side is trusted", async || {
            let modules = process.ask(reqwest::Method::GET, "/api/v1/admin/modules").bearer(key).send().await;
            (!modules.expect_status(200).words().contains("\"trusted\":false")).then_some(())
        })
        .await;
    }
}

/// The same with the admin key that the processes of a cluster have.
pub(crate) async fn acquainted(processes: &[&Process]) {
    let processes: Vec<&Api> = processes.iter().map(|process| &***process).collect();
    acquainted_at(&processes, super::ADMIN_KEY).await;
}
