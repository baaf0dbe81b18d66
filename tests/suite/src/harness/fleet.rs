//! A shop in several processes of the real binary: the store that customers reach, and one `serve --only` for each module
//! that is away.
//!
//! Each process has a data folder of its own, so on SQLite a module's file is its process's alone. The test looks at all
//! the data together through a store that is attached to it, as `banyan check` would be, and runs nothing.

use std::{collections::BTreeSet, net::TcpListener, os::unix::fs::symlink, path::PathBuf, sync::Arc};

use banyan::store::{Serving, Store};
use kernel::Seams;
use kernel_db::Bus;
use kernel_remote::{HttpTransport, RemoteClient, RemoteConfig, ServiceKeys, TokenSource};
use port::Transport;
use secrecy::SecretString;

use super::{
    Api, Kind, Place, Placement, Process, Program,
    clock::Hands,
    eventually,
    place::{Words, settings},
    placement::MODULES,
    process::free_address,
};

/// The process that customers reach.
pub(crate) const STORE: &str = "store";

const SERVICE_KEY: &str = "the-service-key-of-the-suite-0123456789";

/// Where a process listens, or where others find it.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) public: String,
    pub(crate) ports: String,
}

/// Who will run where, before anybody does.
#[derive(Debug)]
pub(crate) struct Plan {
    place: Place,
    words: Words,
    away: Vec<&'static str>,
    members: Vec<Member>,
    hands: Hands,
}

#[derive(Debug, Clone)]
struct Member {
    name: &'static str,
    listens: Addresses,
    found: Addresses,
    /// Whether it is in the process of the test, where guards can be taken away.
    is_here: bool,
}

impl Plan {
    /// `words` are the settings that all processes share.
    pub(crate) fn new(place: Place, placement: Placement, mut words: Words) -> Self {
        let away = placement.away();
        let member = |name| {
            let listens = Addresses { public: free_address(), ports: free_address() };
            Member { name, found: listens.clone(), listens, is_here: false }
        };
        let members = away.iter().copied().chain([STORE]).map(member).collect();
        let (hands, clocks) = Hands::in_folder(place.folder.path());
        words.extend(clocks);
        words.push(("BANYAN__SERVICE__KEY".to_owned(), SERVICE_KEY.to_owned()));
        Self { place, words, away, members, hands }
    }

    /// Where `member` listens.
    pub(crate) fn listens(&self, member: &str) -> &Addresses {
        &self.member(member).listens
    }

    /// Makes the others look for `member` somewhere else, such as at a proxy.
    pub(crate) fn is_found(&mut self, member: &str, at: Addresses) {
        self.member_mut(member).found = at;
    }

    /// Runs `module` in the process of the test.
    pub(crate) fn keeps_here(&mut self, module: &str) {
        self.member_mut(module).is_here = true;
    }

    fn member_mut(&mut self, name: &str) -> &mut Member {
        self.members.iter_mut().find(|member| member.name == name).expect("a member")
    }

    fn member(&self, name: &str) -> &Member {
        self.members.iter().find(|member| member.name == name).expect("a member")
    }

    /// The process that a module is in.
    fn home(&self, module: &'static str) -> &'static str {
        if self.away.contains(&module) { module } else { STORE }
    }

    fn data(&self, member: &str) -> PathBuf {
        self.place.folder.path().join(format!("data-{member}"))
    }

    fn program(&self, member: &Member) -> Program {
        let mut program = Program::of(&self.place, self.words.clone());
        program.logs_to(&format!("log-{}", member.name));
        program.set("BANYAN__DATA__FOLDER", self.data(member.name).display().to_string());
        program.set("BANYAN__PORTS__LISTEN", &member.listens.ports);
        program.set("BANYAN__SERVICE__NAME", member.name);
        for module in MODULES.into_iter().filter(|module| self.home(module) != member.name) {
            let setting = |which: &str| format!("BANYAN__MODULES__{}__{which}", module.to_uppercase());
            let found = &self.member(self.home(module)).found;
            program.set(setting("REMOTE__PORTS"), format!("http://{}", found.ports));
            program.set(setting("REMOTE__PUBLIC"), format!("http://{}", found.public));
            if member.name == STORE {
                program.set(setting("PLACEMENT"), "remote");
            }
        }
        program
    }

    fn start(&self, member: &Member) -> Process {
        let mut arguments = vec!["serve", "--no-demo"];
        if member.name != STORE {
            arguments.extend(["--only", member.name]);
        }
        self.program(member).starts(&[], &arguments, &member.listens.public)
    }

    /// Serves a module in this process.
    async fn serve(&self, member: &Member) -> Serving {
        let mut settings = settings(self.program(member).settings());
        settings.only = Some(BTreeSet::from([member.name]));
        let [public, ports] = [&member.listens.public, &member.listens.ports].map(|at| TcpListener::bind(at).unwrap());
        let store = Store::open(settings, self.seams(), Bus::default()).await.unwrap();
        store.serve_with_ports(public, Some(ports)).unwrap()
    }

    fn seams(&self) -> Seams {
        Seams { clock: Arc::new(self.hands.clock()), ..Seams::system() }
    }

    /// Starts every process, and waits until all are ready and know each other.
    pub(crate) async fn starts(self) -> Fleet {
        let (mut processes, mut here) = (Vec::new(), Vec::new());
        for member in &self.members {
            if member.is_here {
                here.push(self.serve(member).await);
            } else {
                processes.push(self.start(member));
            }
        }
        for process in &mut processes {
            process.is_ready().await;
        }
        for process in &processes {
            eventually("everybody is trusted", async || {
                let view = process.admin().get("/admin/modules").await.expect_status(200);
                (!view.words().contains("\"trusted\":false")).then_some(())
            })
            .await;
        }
        let view = self.view().await;
        Fleet { plan: self, processes, here, view }
    }

    /// The settings with which one process sees all the data.
    fn whole(&self) -> Words {
        let mut words = self.words.clone();
        words.push(("BANYAN__DATA__FOLDER".to_owned(), self.data("view").display().to_string()));
        words
    }

    async fn view(&self) -> Store {
        if self.place.kind == Kind::Sqlite {
            std::fs::create_dir(self.data("view")).unwrap();
            for module in MODULES {
                let file = format!("{module}.db");
                symlink(self.data(self.home(module)).join(&file), self.data("view").join(&file)).unwrap();
            }
        }
        Store::attach(settings(&self.whole()), self.seams()).await.unwrap()
    }
}

/// Processes that make up a shop.
pub(crate) struct Fleet {
    plan: Plan,
    processes: Vec<Process>,
    /// What is in the process of the test.
    here: Vec<Serving>,
    /// All the data, to be looked at.
    pub(crate) view: Store,
}

impl Fleet {
    pub(crate) fn hands(&self) -> &Hands {
        &self.plan.hands
    }

    pub(crate) fn place(&self) -> &Place {
        &self.plan.place
    }

    pub(crate) fn away(&self) -> &[&'static str] {
        &self.plan.away
    }

    /// The process that customers reach.
    pub(crate) fn store(&self) -> &Process {
        self.processes.last().expect("it was started last")
    }

    /// The process that `module` is in.
    pub(crate) fn api_of(&self, module: &'static str) -> Api {
        Api::at(&self.plan.member(self.plan.home(module)).listens.public)
    }

    /// The binary, as somebody would run it who reaches all the data.
    pub(crate) fn program(&self) -> Program {
        Program::of(&self.plan.place, self.plan.whole())
    }

    /// Carries calls to the ports of `module` where they are served, in the name of a process of the shop: each once, so
    /// that what is wrong is seen.
    pub(crate) fn transport(&self, module: &'static str) -> Arc<dyn Transport> {
        let keys = ServiceKeys::new(SecretString::from(SERVICE_KEY), None).unwrap();
        let tokens = TokenSource::new(&keys, STORE, Arc::new(self.plan.hands.clock()));
        let base = format!("http://{}", self.plan.member(self.plan.home(module)).found.ports);
        let patient = RemoteConfig { retries: 0, breaker_failures: 100_000, ..RemoteConfig::default() };
        let client = RemoteClient::new(module, &base, tokens, &patient).unwrap();
        Arc::new(HttpTransport::new(client, patient).unwrap())
    }

    /// Stops every process, and is sure that each does so cleanly. The data stays.
    pub(crate) async fn stops(self) -> Place {
        self.view.close().await;
        for process in self.processes.iter().rev() {
            process.signal("TERM");
        }
        for process in self.processes.into_iter().rev() {
            process.has_stopped().await;
        }
        for serving in self.here {
            assert!(serving.stop().await, "a module in this process did not stop cleanly");
        }
        self.plan.place
    }
}
