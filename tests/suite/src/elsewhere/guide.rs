//! The commands of `docs/extracting-a-module.md`, "A service of your own", as they are printed there.

use std::{
    collections::BTreeMap,
    fs::File,
    os::unix::{fs::symlink, process::CommandExt as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::harness::{Api, binary, eventually, free_address, run, together};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/extracting-a-module.md");

/// The ports that the guide names. What listens at them answers there when it is ready.
const PORTS: [&str; 4] = ["8080", "7080", "8181", "7181"];

/// A command line, and the terminal in which it is typed.
struct Block {
    terminal: String,
    commands: String,
}

fn blocks(section: &str) -> Vec<Block> {
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let text = guide.split(&format!("\n## {section}\n")).nth(1).expect("the section is there");
    let text = text.split("\n## ").next().unwrap();
    let fenced = text.split("```sh ").skip(1).map(|block| block.split("```").next().unwrap());
    fenced
        .map(|block| {
            let (terminal, commands) = block.split_once('\n').unwrap();
            Block { terminal: terminal.to_owned(), commands: commands.to_owned() }
        })
        .collect()
}

/// A folder that looks like the repository, free ports, and what runs in each terminal.
struct Desk {
    folder: tempfile::TempDir,
    ports: BTreeMap<&'static str, String>,
    running: BTreeMap<String, Running>,
}

/// Whatever a terminal runs, with its children.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        Command::new("kill").args(["-KILL", "--", &format!("-{}", self.0.id())]).status().ok();
        self.0.wait().ok();
    }
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        std::fs::create_dir_all(folder.path().join("target/release")).unwrap();
        symlink(binary(), folder.path().join("target/release/banyan")).unwrap();
        symlink(root.join("tests"), folder.path().join("tests")).unwrap();
        let port = |_: &&str| free_address().rsplit(':').next().unwrap().to_owned();
        let ports = PORTS.iter().map(|name| (*name, port(name))).collect();
        Self { folder, ports, running: BTreeMap::new() }
    }

    fn shell(&self, commands: &str) -> Command {
        let mut text = commands.to_owned();
        for (printed, real) in &self.ports {
            text = text.replace(&format!(":{printed}"), &format!(":{real}"));
        }
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", &text]).current_dir(self.folder.path()).stdin(Stdio::null());
        shell.env("BANYAN__HTTP__LISTEN", format!("127.0.0.1:{}", self.ports["8080"]));
        shell
    }

    /// Types a block that ends, and reads what it prints. What a terminal was told once it knows.
    fn types(&self, commands: &str) -> String {
        let knows = if self.folder.path().join("own.env").is_file() { ". ./own.env\n" } else { "" };
        let done = self.shell(&format!("{knows}{commands}")).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{commands}\n{out}\n{err}");
        out.into_owned()
    }

    /// Stops what ran in a terminal, starts what is printed next, and waits until it answers.
    async fn starts(&mut self, Block { terminal, commands }: &Block) {
        drop(self.running.remove(terminal));
        let log = self.folder.path().join(format!("{terminal}.log"));
        let file = File::create(&log).unwrap();
        let mut shell = self.shell(commands);
        shell.stdout(file.try_clone().unwrap()).stderr(file).process_group(0);
        self.running.insert(terminal.clone(), Running(shell.spawn().unwrap()));
        let door = if terminal == "store" { "8080" } else { "8181" };
        let api = Api::at(format!("127.0.0.1:{}", self.ports[door]));
        eventually(&format!("{terminal} is ready"), async || {
            let ready = api.ask(reqwest::Method::GET, "/health/ready").try_send().await;
            ready.is_ok_and(|ready| ready.status == 200).then_some(())
        })
        .await;
    }
}

#[test]
fn a_service_of_your_own_works_as_printed() {
    let _turn = together();
    run(async {
        let (mut desk, mut printed) = (Desk::new(), Vec::new());
        for block in blocks("A service of your own") {
            if block.terminal != "hands" {
                desk.starts(&block).await;
                continue;
            }
            if block.commands.contains("/orders") {
                demonstration_has_arrived(&desk).await;
            }
            let commands = if printed.len() == 2 { failing(&block.commands) } else { block.commands.clone() };
            printed.push(desk.types(&commands));
        }
        let [_, good, broken, bought] = printed.try_into().expect("four times hands are needed");
        assert!(!good.contains("FAULT") && good.lines().last().unwrap().ends_with(" hold"), "{good}");
        assert!(broken.contains("FAULT  sixteen buyers share fifty units, exactly"), "{broken}");

        assert!(bought.starts_with("ready"), "{bought}");
        let said = documents(&bought);
        let stock: Vec<i64> = said.iter().filter_map(|said| said["available"].as_i64()).collect();
        assert_eq!(stock[0] - stock[1], 1, "{bought}");
        assert!(said.iter().any(|said| said["status"] == "confirmed"), "{bought}");
    });
}

/// The table's exit code is 1, and so is the pipe's.
fn failing(commands: &str) -> String {
    format!("! {{ {}\n}}", commands.trim_end())
}

/// `curl` writes no line ends, so documents stand behind each other.
fn documents(printed: &str) -> Vec<Value> {
    let begin = printed.find('{').unwrap_or(printed.len());
    serde_json::Deserializer::from_str(&printed[begin..]).into_iter().map_while(Result::ok).collect()
}

/// A person would have needed this time to read.
async fn demonstration_has_arrived(desk: &Desk) {
    let api = Api::at(format!("127.0.0.1:{}", desk.ports["8080"]));
    eventually("the demonstration has stock", async || {
        let stock = api.get("/api/v1/stock/MUG-CHALK").await;
        (stock.status == 200 && stock.number("/available") > 0).then_some(())
    })
    .await;
}
