//! A cluster whose processes were all started together. The test looks at all the data through a store that is attached to
//! it, as `banyan check` would be, and runs nothing.

use std::{os::unix::fs::symlink, sync::Arc};

use banyan::store::{Serving, Store};
use kernel::Seams;
use kernel_remote::{HttpTransport, RemoteClient, RemoteConfig, ServiceKeys, TokenSource};
use port::Transport;
use secrecy::SecretString;

use super::{Cluster, SERVICE_KEY, STORE, acquainted, only};
use crate::harness::{
    Api, Kind, MODULES, Place, Process, Program,
    clock::Hands,
    place::{Words, settings},
};

/// Processes that make up a shop.
pub(crate) struct Running {
    cluster: Cluster,
    hands: Hands,
    away: Vec<&'static str>,
    processes: Vec<Process>,
    /// What is in the process of the test.
    in_process: Vec<Serving>,
    /// All the data, to be looked at.
    pub(crate) view: Store,
}

impl Cluster {
    /// Starts every process, and waits until all are ready and trust each other. Of the modules, those `in_process` run in
    /// the process of the test, where guards can be taken away.
    pub(crate) async fn starts(mut self, in_process: &[&str]) -> Running {
        let (hands, clocks) = Hands::in_folder(self.place.folder.path());
        for (name, file) in clocks {
            self.set(&name, file);
        }
        let (mut processes, mut here) = (Vec::new(), Vec::new());
        for (name, listens) in &self.members {
            let program = if *name == STORE { self.parted() } else { self.program(name) };
            if in_process.contains(name) {
                here.push(self.serves_in_process(&program, name, seams(&hands)).await);
                continue;
            }
            let arguments = if *name == STORE { vec!["serve", "--no-demo"] } else { only(name).to_vec() };
            processes.push(program.starts(&[], &arguments, &listens.public));
        }
        for process in &mut processes {
            process.is_ready().await;
        }
        acquainted(&processes.iter().collect::<Vec<_>>()).await;
        let view = self.view(&hands).await;
        Running { away: self.away(), cluster: self, hands, processes, in_process: here, view }
    }

    /// The settings with which one process sees all the data.
    fn whole(&self) -> Words {
        let mut words = self.words.clone();
        words.push(("BANYAN__DATA__FOLDER".to_owned(), self.data("view").display().to_string()));
        words
    }

    async fn view(&self, hands: &Hands) -> Store {
        if self.place.kind == Kind::Sqlite {
            std::fs::create_dir(self.data("view")).unwrap();
            let away = self.away();
            for module in MODULES {
                let file = format!("{module}.db");
                let home = if away.contains(&module) { module } else { STORE };
                symlink(self.data(home).join(&file), self.data("view").join(&file)).unwrap();
            }
        }
        Store::attach(settings(&self.whole()), seams(hands)).await.unwrap()
    }
}

fn seams(hands: &Hands) -> Seams {
    Seams { clock: Arc::new(hands.clock()), ..Seams::system() }
}

impl Running {
    pub(crate) fn hands(&self) -> &Hands {
        &self.hands
    }

    pub(crate) fn place(&self) -> &Place {
        &self.cluster.place
    }

    pub(crate) fn away(&self) -> &[&'static str] {
        &self.away
    }

    /// The process that customers reach.
    pub(crate) fn store(&self) -> &Process {
        self.processes.last().expect("it was started last")
    }

    /// The process that `module` is in.
    pub(crate) fn api_of(&self, module: &'static str) -> Api {
        let home = if self.away.contains(&module) { module } else { STORE };
        Api::at(&self.cluster.endpoints(home).public)
    }

    /// The binary, as an operator would run it who reaches all the data.
    pub(crate) fn program(&self) -> Program {
        Program::of(&self.cluster.place, self.cluster.whole())
    }

    /// Carries calls to the ports of `module` where they are served, in the name of a process of the shop: each once, so
    /// that what is wrong is seen.
    pub(crate) fn transport(&self, module: &'static str) -> Arc<dyn Transport> {
        let keys = ServiceKeys::new(SecretString::from(SERVICE_KEY), None).unwrap();
        let tokens = TokenSource::new(&keys, STORE, Arc::new(self.hands.clock()));
        let base = format!("http://{}", self.cluster.home(module).ports);
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
        for serving in self.in_process {
            assert!(serving.stop().await, "a module in this process did not stop cleanly");
        }
        self.cluster.place
    }
}
