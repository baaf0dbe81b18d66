//! The first walk of the guide to extracting a module, typed: the move by hand on files, with a sale before, between and
//! after, and every unit where it should be.

use std::{
    collections::BTreeMap,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use super::guide::{Terminal, blocks};
use crate::harness::{Api, acquainted_at, binary, eventually, free_address, run, together};

/// What the reader does before the blocks of a section are typed, and what is looked at after them.
const SECTIONS: [(&str, &[&str]); 3] = [
    ("## By hand 1. A store that sells", &[]),
    ("## By hand 2. Stop, move the file, start both", &["store"]),
    ("## By hand 3. Back", &["store", "inventory"]),
];

/// Units that are bought in each section.
const BOUGHT: [i64; 3] = [2, 3, 1];

#[test]
fn the_walk_by_hand_works_as_printed() {
    let _turn = together();
    run(async {
        let mut reader = Reader::new();
        let mut before = None;
        for ((section, stopped), bought) in SECTIONS.into_iter().zip(BOUGHT) {
            for terminal in stopped {
                reader.terminals.remove(*terminal).expect("it runs until now").interrupted().await;
            }
            let printed = reader.reads(section).await;
            let available = figures(&printed);
            let first = before.unwrap_or(available[0]);
            assert_eq!(*available.last().unwrap(), first - bought, "{section}: {printed}");
            assert_eq!(printed.matches("\"status\":\"confirmed\"").count(), 1, "{section}: {printed}");
            before = available.last().copied();
            reader.looks(section, &printed);
        }
    });
}

/// A folder that looks like the repository's root after a build, and free ports in the place of those that are printed.
struct Reader {
    folder: tempfile::TempDir,
    ports: BTreeMap<&'static str, String>,
    terminals: BTreeMap<String, Terminal>,
}

impl Reader {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        std::fs::create_dir_all(folder.path().join("target/release")).unwrap();
        symlink(binary(), folder.path().join("target/release/banyan")).unwrap();
        symlink(root.join("scripts"), folder.path().join("scripts")).unwrap();
        let ports = ["8080", "7080", "8181", "7181"].map(|printed| (printed, free_address())).into();
        Self { folder, ports, terminals: BTreeMap::new() }
    }

    /// Types the blocks of a section. Answers what the terminal `hands` printed during that time.
    async fn reads(&mut self, section: &str) -> String {
        let printed = self.printed().len();
        for (terminal, block) in blocks(section) {
            self.types(&terminal, &block).await;
        }
        self.printed()[printed..].to_owned()
    }

    fn printed(&self) -> String {
        self.terminals.get("hands").map(Terminal::said).unwrap_or_default()
    }

    async fn types(&mut self, terminal: &str, block: &str) {
        let ours = |text: String, (printed, address): (&&str, &String)| {
            text.replace(&format!("localhost:{printed}"), address).replace(&format!("127.0.0.1:{printed}"), address)
        };
        let block = self.ports.iter().fold(block.to_owned(), ours);
        let environment = [
            ("BANYAN__HTTP__LISTEN", self.ports["8080"].clone()),
            ("STORE_PUBLIC", self.ports["8080"].clone()),
            ("STORE_PORTS", self.ports["7080"].clone()),
            ("MODULE_PUBLIC", self.ports["8181"].clone()),
            ("MODULE_PORTS", self.ports["7181"].clone()),
        ];
        let folder: PathBuf = self.folder.path().to_owned();
        let (store, inventory) = (Api::at(&self.ports["8080"]), Api::at(&self.ports["8181"]));
        let elsewhere = self.terminals.contains_key("inventory");
        let new = || Terminal::opened(&folder, terminal, &environment);
        let typed = self.terminals.entry(terminal.to_owned()).or_insert_with(new);
        match terminal {
            "hands" => typed.runs(&block).await,
            "inventory" => typed.serves(&block, &inventory).await,
            "store" => {
                typed.serves(&block, &store).await;
                if elsewhere {
                    // A person would have looked at their health.
                    let key = std::fs::read_to_string(folder.join("data/admin.key")).unwrap();
                    acquainted_at(&[&store, &inventory], key.trim()).await;
                } else {
                    has_its_demonstration(&store).await;
                }
            }
            other => panic!("the guide has a terminal `{other}`"),
        }
    }

    fn looks(&self, section: &str, printed: &str) {
        let data = |folder: &str| self.folder.path().join(folder).join("inventory.db").exists();
        match section {
            "## By hand 2. Stop, move the file, start both" => {
                assert!(!data("data") && data("data-inventory"), "{section}");
                let lines: Vec<&str> = printed.lines().filter(|line| line.contains(" is elsewhere, ")).collect();
                assert_eq!(lines.len(), 4, "{printed}");
                assert!(lines.iter().all(|line| line.ends_with("trusted, reachable")), "no complaint: {printed}");
                assert_eq!(printed.matches("rules, 0 failed").count(), 2, "{printed}");
                assert!(
                    printed.contains("0 of 2 orders differ") && !printed.contains("NOT SEEN: orders against stock: m")
                );
                assert!(printed.contains("no event is held back"), "{printed}");
            }
            "## By hand 3. Back" => {
                assert!(data("data") && !data("data-inventory"), "{section}");
                assert!(printed.contains("rules, 0 failed") && printed.contains("0 of 3 orders differ"), "{printed}");
            }
            _ => {}
        }
    }
}

/// What is said to be available, in the order of the answers.
fn figures(printed: &str) -> Vec<i64> {
    let figure = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
    let stock = printed.lines().filter(|line| line.contains("\"sku\":\"MUG-CHALK\",\"available\":"));
    stock.filter_map(|line| line.split("\"available\":").nth(1).and_then(figure)).collect()
}

/// Waits for the demonstration stock. A reader of the guide would have spent that time reading.
async fn has_its_demonstration(store: &Api) {
    eventually("the demonstration has stock", async || {
        let stock = store.get("/api/v1/stock/MUG-CHALK").await;
        (stock.status == 200 && stock.number("/available") > 0).then_some(())
    })
    .await;
}
