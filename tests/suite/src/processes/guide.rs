//! What the guide to extracting a module tells a new user to type, typed.
//!
//! Its blocks are run as they stand, each in its terminal. What a test brings along is that the binary is built already,
//! that the database is there, and free ports.

use std::{
    collections::HashMap,
    fs::File,
    io::Write as _,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::harness::{Api, Kind, Scratch, binary, eventually, free_address, run, signal_to, together};

const GUIDE: &str = "../../docs/extracting-a-module.md";

/// The sections whose blocks are run, in the guide's order, and what is looked at after each.
const SECTIONS: [&str; 4] = ["## 1. One process", "## 2. Two processes", "## 3. Back", "## What to watch"];

/// What the guide's reader has and a test has not.
const STAND_INS: &str = "cargo() { :; }\ncreatedb() { :; }\nset -e -o pipefail\n";

/// The ports that the guide names.
const PORTS: [&str; 4] = ["8080", "7080", "8181", "7181"];

#[test]
fn the_guide_works_as_printed() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let scratch = Scratch::made().await;
        let mut reader = Reader::new(&scratch);
        for section in SECTIONS {
            for (terminal, block) in blocks(section) {
                reader.types(&terminal, &block).await;
            }
            reader.looks(section).await;
        }
        drop(reader);
        scratch.dropped().await;
    });
}

/// The `sh` blocks of a section, each with the terminal that it names.
pub(super) fn blocks(section: &str) -> Vec<(String, String)> {
    let guide = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(GUIDE)).unwrap();
    let (_, rest) = guide.split_once(&format!("{section}\n")).unwrap_or_else(|| panic!("the guide has no `{section}`"));
    let section = rest.split("\n## ").next().unwrap();
    let blocks = section.split("```sh ").skip(1).map(|rest| {
        let (terminal, rest) = rest.split_once('\n').unwrap();
        (terminal.to_owned(), rest.split("```").next().unwrap().to_owned())
    });
    let blocks: Vec<_> = blocks.collect();
    assert!(!blocks.is_empty(), "nothing to type");
    blocks
}

/// A reader of the guide, in a folder that looks like the repository's root after a build.
struct Reader {
    folder: tempfile::TempDir,
    /// The guide's ports and ours.
    ports: HashMap<&'static str, String>,
    database: String,
    terminals: HashMap<String, Terminal>,
}

impl Reader {
    fn new(scratch: &Scratch) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let built = folder.path().join("target/release");
        std::fs::create_dir_all(&built).unwrap();
        symlink(binary(), built.join("banyan")).unwrap();
        let free = |port| (port, free_address().rsplit_once(':').unwrap().1.to_owned());
        let ports = PORTS.into_iter().map(free).collect();
        Self { folder, ports, database: scratch.url.clone(), terminals: HashMap::new() }
    }

    /// The guide's words with our ports and our database.
    fn ours(&self, block: &str) -> String {
        let theirs = "postgres://$(whoami)@127.0.0.1:5432/banyan";
        let block = block.replace(theirs, &self.database);
        self.ports.iter().fold(block, |block, (theirs, ours)| block.replace(&format!(":{theirs}"), &format!(":{ours}")))
    }

    async fn types(&mut self, terminal: &str, block: &str) {
        let block = self.ours(block);
        let listen = format!("127.0.0.1:{}", self.ports["8080"]);
        let folder = self.folder.path();
        let (store, inventory) = (self.public("8080"), self.public("8181"));
        let environment = [("BANYAN__HTTP__LISTEN", listen)];
        let new = || Terminal::opened(folder, terminal, &environment);
        let typed = self.terminals.entry(terminal.to_owned()).or_insert_with(new);
        match terminal {
            "hands" => typed.runs(&block).await,
            "store" => typed.serves(&block, &store).await,
            "inventory" => typed.serves(&block, &inventory).await,
            other => panic!("the guide has a terminal `{other}`"),
        }
    }

    fn public(&self, port: &str) -> Api {
        Api::at(format!("127.0.0.1:{}", self.ports[port]))
    }

    fn said(&self, terminal: &str) -> String {
        self.terminals[terminal].said()
    }

    /// Whether it came out as the guide says.
    async fn looks(&mut self, section: &str) {
        let said = self.said("hands");
        let (shown, words): (_, &[&str]) = match section {
            "## 1. One process" => ("local", &["ready\n", "\"sku\":\"MUG-CHALK\""]),
            "## 2. Two processes" => {
                ("remote", &["inventory is remote now", "\"status\":\"confirmed\"", "rules, 0 failed"])
            }
            "## 3. Back" => ("local", &["inventory is local now"]),
            _ => ("local", &["banyan_subscription_lag_events", "\"status\":\"ready\""]),
        };
        for word in words {
            assert!(said.contains(word), "no {word:?} after {section}: {said}");
        }
        assert_eq!(self.placement().await, shown, "after {section}");
        if section == "## 3. Back" {
            self.terminals.remove("inventory").expect("it runs until now").interrupted().await;
            let stock = self.public("8080").get("/api/v1/stock/MUG-CHALK").await;
            stock.expect_status(200);
        }
    }

    async fn placement(&self) -> String {
        let env = std::fs::read_to_string(self.folder.path().join("shop.env")).unwrap();
        let key = env.lines().find_map(|line| line.strip_prefix("export BANYAN__ADMIN__KEY=")).unwrap();
        let ask = self.public("8080").ask(reqwest::Method::GET, "/api/v1/admin/modules").bearer(key);
        let view = ask.send().await.expect_status(200);
        let modules = view.at("/modules").as_array().cloned().unwrap();
        let inventory = modules.iter().find(|module| module["name"] == "inventory").unwrap();
        inventory["placement"].as_str().unwrap().to_owned()
    }
}

/// A shell that remembers what it was told.
pub(super) struct Terminal {
    shell: Child,
    out: PathBuf,
    typed: usize,
}

impl Terminal {
    pub(super) fn opened(folder: &Path, name: &str, environment: &[(&str, String)]) -> Self {
        let out = folder.join(format!("{name}.out"));
        let file = File::options().create(true).append(true).open(&out).unwrap();
        let mut shell = Command::new("bash");
        shell.current_dir(folder).env("BANYAN__LOG__LEVEL", "warn");
        shell.envs(environment.iter().map(|(name, value)| (name, value)));
        shell.stdin(Stdio::piped()).stdout(file.try_clone().unwrap()).stderr(file);
        let mut terminal = Self { shell: shell.spawn().unwrap(), out, typed: 0 };
        terminal.types(STAND_INS);
        terminal
    }

    fn types(&mut self, text: &str) {
        self.shell.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    pub(super) fn said(&self) -> String {
        std::fs::read_to_string(&self.out).unwrap()
    }

    /// Types a block and waits until it is done; every command of it must succeed.
    pub(super) async fn runs(&mut self, block: &str) {
        self.typed += 1;
        let done = format!("[done {}]", self.typed);
        self.types(&format!("{block}\necho; echo '{done}'\n"));
        let shell = std::cell::RefCell::new(&mut self.shell);
        let out = self.out.clone();
        eventually(block, async || {
            let said = std::fs::read_to_string(&out).unwrap();
            let ended = shell.borrow_mut().try_wait().unwrap();
            assert!(ended.is_none() || said.contains(&done), "{block}\nended with {ended:?}:\n{said}");
            said.contains(&done).then_some(())
        })
        .await;
    }

    /// Types a block whose last command goes on, and waits until it answers at `api`.
    pub(super) async fn serves(&mut self, block: &str, api: &Api) {
        self.types(block);
        let shell = std::cell::RefCell::new(&mut self.shell);
        let out = self.out.clone();
        eventually(block, async || {
            let ended = shell.borrow_mut().try_wait().unwrap();
            assert!(ended.is_none(), "{block}\nended: {}", std::fs::read_to_string(&out).unwrap());
            let ready = api.ask(reqwest::Method::GET, "/health/ready").try_send().await;
            ready.is_ok_and(|ready| ready.status == 200).then_some(())
        })
        .await;
        let shown = api.url();
        eventually(&format!("{shown} has something to sell"), async || {
            let stock = api.ask(reqwest::Method::GET, "/api/v1/stock/MUG-CHALK").try_send().await;
            stock.is_ok_and(|stock| stock.status == 200).then_some(())
        })
        .await;
    }

    /// What runs in the foreground, if anything does.
    fn foreground(&self) -> Option<u32> {
        let children = format!("/proc/{0}/task/{0}/children", self.shell.id());
        let children = std::fs::read_to_string(children).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }

    /// Ctrl-C.
    pub(super) async fn interrupted(self) {
        let running = self.foreground().expect("something runs in the foreground");
        signal_to(running, "INT");
        eventually("it has stopped", async || self.foreground().is_none().then_some(())).await;
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(running) = self.foreground() {
            Command::new("kill").args(["-KILL", &running.to_string()]).status().ok();
        }
        self.shell.kill().ok();
        self.shell.wait().ok();
    }
}
