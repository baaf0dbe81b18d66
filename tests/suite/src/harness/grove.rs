//! A store of the real binary, and modules that have processes of their own.

use banyan::store::Store;
use kernel::Seams;
use sea_orm::ConnectionTrait as _;

use super::{Api, Kind, Place, Process, Program, STORE, eventually, placement::MODULES, process::free_address};

const SERVICE_KEY: &str = "the-service-key-of-the-suite-0123456789";

/// Where one process listens: for customers, and for other processes.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) public: String,
    pub(crate) ports: String,
}

impl Gate {
    pub(crate) fn free() -> Self {
        Self { public: free_address(), ports: free_address() }
    }
}

/// Processes by their names, and the settings with which they know each other.
#[derive(Debug)]
pub(crate) struct Grove {
    pub(crate) place: Place,
    gates: Vec<(&'static str, Gate)>,
}

impl Grove {
    /// Each of `modules` has a process of its own, beside the store's.
    pub(crate) fn new(kind: Kind, modules: &[&'static str]) -> Self {
        let gates = [STORE].iter().chain(modules).map(|name| (*name, Gate::free())).collect();
        Self { place: Place::new(kind), gates }
    }

    pub(crate) fn gate(&self, name: &str) -> &Gate {
        self.find(name).expect("it has a process of its own")
    }

    fn find(&self, name: &str) -> Option<&Gate> {
        self.gates.iter().find(|(known, _)| *known == name).map(|(_, gate)| gate)
    }

    /// Makes others look for `name` there.
    pub(crate) fn is_found(&mut self, name: &'static str, gate: Gate) {
        self.gates.retain(|(known, _)| *known != name);
        self.gates.push((name, gate));
    }

    /// The program of a process that listens at `gate`: of a whole store, or of the one module that is named like it.
    /// It is told where the modules are that have another process, or would be if they had.
    pub(crate) fn program(&self, name: &str, gate: &Gate) -> Program {
        let mut program = Program::at(&self.place);
        program.logs_to(&format!("log-{name}"));
        let data = self.place.folder.path().join(format!("data-{name}"));
        program.set("BANYAN__DATA__FOLDER", data.display().to_string());
        program.set("BANYAN__HTTP__LISTEN", &gate.public);
        // A slow machine must not turn a 201 into a 202.
        program.set("BANYAN__MODULES__ORDER__ANSWER_WITHIN_MS", "8000");
        program.set("BANYAN__PORTS__LISTEN", &gate.ports);
        program.set("BANYAN__SERVICE__KEY", SERVICE_KEY);
        program.set("BANYAN__SERVICE__NAME", name);
        let is_store = !MODULES.contains(&name);
        for module in MODULES.into_iter().filter(|module| *module != name) {
            let home = self.find(module).or_else(|| self.find(STORE).filter(|_| !is_store));
            if let Some(home) = home {
                let setting = |which: &str| format!("BANYAN__MODULES__{}__REMOTE__{which}", module.to_uppercase());
                program.set(setting("PORTS"), format!("http://{}", home.ports));
                program.set(setting("PUBLIC"), format!("http://{}", home.public));
            }
        }
        program
    }

    /// The store, which has every module and knows where some could be.
    pub(crate) fn store(&self) -> Program {
        self.program(STORE, self.gate(STORE))
    }

    pub(crate) async fn opens(&self, program: &Program, gate: &Gate) -> Process {
        let mut process = program.starts(&[], &["serve", "--no-demo"], &gate.public);
        process.is_ready().await;
        process
    }

    /// Starts the store.
    pub(crate) async fn opens_store(&self) -> Process {
        self.opens(&self.store(), self.gate(STORE)).await
    }

    /// Starts the process of `module` alone.
    pub(crate) async fn opens_module(&self, module: &'static str) -> Process {
        let gate = self.gate(module);
        let arguments = ["serve", "--no-demo", "--only", module];
        let mut process = self.program(module, gate).starts(&[], &arguments, &gate.public);
        process.is_ready().await;
        process
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

/// As [`acquainted`], of a store with an admin key of its own.
pub(crate) async fn acquainted_at(processes: &[&Api], key: &str) {
    for process in processes {
        eventually("everybody is trusted", async || {
            let modules = process.ask(reqwest::Method::GET, "/api/v1/admin/modules").bearer(key).send().await;
            (!modules.expect_status(200).words().contains("\"trusted\":false")).then_some(())
        })
        .await;
    }
}

/// Waits until the far sides that `processes` know have shown who they are.
pub(crate) async fn acquainted(processes: &[&Process]) {
    for process in processes {
        eventually("everybody is trusted", async || {
            let modules = process.admin().get("/admin/modules").await.expect_status(200);
            (!modules.words().contains("\"trusted\":false")).then_some(())
        })
        .await;
    }
}
