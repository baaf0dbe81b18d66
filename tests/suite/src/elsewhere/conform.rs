//! `banyan conform` against our own processes, the service written elsewhere, and each that breaks a promise.

use std::path::{Path, PathBuf};

use reqwest::Method;

use crate::harness::{
    Cluster, Endpoints, Foreign, Kind, Place, Program, SERVICE_KEY, STORE, Said, aloud, eventually, run, together,
};

/// The kit, and what it is handed.
struct Kit {
    program: Program,
    key: PathBuf,
    opening: PathBuf,
}

impl Kit {
    async fn of(place: &Place) -> Self {
        let program = Program::at(place);
        let [key, opening] = ["service.key", "opening.csv"].map(|name| program.folder().join(name));
        std::fs::write(&key, SERVICE_KEY).unwrap();
        std::fs::write(&opening, program.says(&["conform", "stock", "--opening"]).await.out).unwrap();
        Self { program, key, opening }
    }

    async fn tries(&self, port: &str, address: &str) -> Said {
        let (url, key) = (format!("http://{address}"), self.key.to_str().unwrap());
        self.program.says(&["conform", port, &url, "--token-file", key]).await
    }
}

/// The promises that are broken, by the table.
fn broken(said: &Said) -> Vec<String> {
    let name = |row: &str| row.trim().split("  ").next().unwrap_or_default().to_owned();
    said.out.lines().filter_map(|line| line.strip_prefix("FAULT")).map(name).collect()
}

#[track_caller]
fn passes(who: &str, said: &Said) {
    assert_eq!((said.code, broken(said)), (Some(0), vec![]), "{who}: {said:?}");
    assert!(said.out.lines().count() > 30, "a table of cases: {said:?}");
    aloud(&format!("conform {who}: {}", said.out.lines().last().unwrap_or_default()));
}

#[test]
fn our_own_processes_pass() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 30);
        let kit = Kit::of(&cluster.place).await;
        let (store, inventory) = (cluster.opens_parted().await, cluster.opens_module("inventory").await);
        let [here, there] = [STORE, "inventory"].map(|name| cluster.endpoints(name));

        let opening = std::fs::read_to_string(&kit.opening).unwrap();
        store.admin().imports(&opening).await.expect_status(200);
        let last = opening.lines().last().unwrap().split(',').next().unwrap().to_owned();
        eventually("the opening stock has arrived", async || {
            (store.get(&format!("/api/v1/stock/{last}")).await.status == 200).then_some(())
        })
        .await;
        for product in kit.program.says(&["conform", "prices", "--opening"]).await.out.lines() {
            let made = store.admin().ask(Method::POST, "/admin/products").body("application/json", product.to_owned());
            made.send().await.expect_status(201);
        }
        passes("stock, serve --only inventory", &kit.tries("stock", &there.ports).await);
        passes("stock, once more", &kit.tries("stock", &there.ports).await);
        passes("prices, serve", &kit.tries("prices", &here.ports).await);
        passes("charges, serve", &kit.tries("charges", &here.ports).await);
        inventory.stops().await;
        store.stops().await;
    });
}

#[test]
fn the_service_written_elsewhere_passes() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let (kit, endpoints) = (Kit::of(&place).await, Endpoints::free());
        let foreign = Foreign::alone(place.folder.path(), &endpoints, &["inventory.py"], &kit.opening).await;
        passes("stock, inventory.py", &kit.tries("stock", &endpoints.ports).await);
        passes("stock, inventory.py once more", &kit.tries("stock", &endpoints.ports).await);
        assert_eq!(foreign.log().lines().count(), 1, "{}", foreign.log());
    });
}

/// Each breaks one promise. The table names what follows from it: nothing else, or (`Among`) other cases too that cannot
/// be played without it.
const BROKEN: [(&str, Names); 12] = [
    (
        "ignores-idempotency",
        Names::Just(&[
            "a repeated hold takes nothing more",
            "a repeated hold is answered as at first",
            "a claim is kept while its order is not paid for",
            "a hold that lapsed is taken anew",
            "sixteen repeats at once take once",
        ]),
    ),
    ("oversells", Names::Just(&["sixteen repeats at once take once", "sixteen buyers share fifty units, exactly"])),
    ("takes-some", Names::Among(&["a hold takes every line or none", "a refusal names every line that is short"])),
    ("forgets-releases", Names::Just(&["a released hold cannot be committed", "a release bars a late hold"])),
    (
        "answers-late",
        Names::Just(&[
            "a claim is kept while its order is not paid for",
            "a commitment keeps what was held",
            "a repeated commitment changes nothing",
            "a release gives a commitment back",
            "every call is answered within its time",
        ]),
    ),
    ("drops-fields", Names::Among(&["every answer is what its schema says"])),
    ("refuses-in-its-own-words", Names::Among(&["every refusal is a problem document of the port"])),
    (
        "accepts-any-token",
        Names::Just(&[
            "a token that is none is refused",
            "an admin key is refused",
            "a token signed with another key is refused",
            "a token for another module is refused",
            "a token that has expired is refused",
            "a token from the future is refused",
            "a token that lives for a day is refused",
            "a customer's token is refused, with any signature",
            "a token without a signature is refused",
        ]),
    ),
    (
        "ignores-deadlines",
        Names::Just(&["a deadline that is none is refused", "a call whose time is spent is refused, and not begun"]),
    ),
    ("takes-unknown-fields", Names::Just(&["an unknown argument is refused"])),
    ("another-contract", Names::Just(&["the server describes the port, and its contract is this build's"])),
    (
        "keeps-events-to-itself",
        Names::Just(&["a reader that is ahead of the log is told", "a reader may wait for events"]),
    ),
];

/// What the table must say is broken.
#[derive(Debug, Clone, Copy)]
enum Names {
    Just(&'static [&'static str]),
    Among(&'static [&'static str]),
}

#[test]
fn each_broken_promise_is_named() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let kit = Kit::of(&place).await;
        for (fault, names) in BROKEN {
            let endpoints = Endpoints::free();
            let _foreign = Foreign::alone(place.folder.path(), &endpoints, &["broken.py", fault], &kit.opening).await;
            let said = kit.tries("stock", &endpoints.ports).await;
            let broken = broken(&said);
            assert_eq!(said.code, Some(1), "{fault}: {said:?}");
            match names {
                Names::Just(names) => assert_eq!(broken, names, "{fault}"),
                Names::Among(names) => {
                    let all = names.iter().all(|name| broken.iter().any(|broken| broken == name));
                    assert!(all, "{fault}: {names:?} are not among {broken:?}");
                }
            }
            aloud(&format!("conform stock, {fault}: {} broken, such as: {}", broken.len(), broken[broken.len() - 1]));
        }
    });
}

#[test]
fn what_is_no_port_server_is_said_at_once() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let (kit, nobody) = (Kit::of(&place).await, Endpoints::free());
        let said = kit.tries("stock", &nobody.ports).await;
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.out.contains("nothing answers at"), "{said:?}");
        let without_key = kit.program.says(&["conform", "stock", "http://127.0.0.1:1"]).await;
        assert!(without_key.code == Some(1) && without_key.err.contains("--token-file"), "{without_key:?}");
        let nowhere = Path::new("nowhere.key").display().to_string();
        let no_file = kit.program.says(&["conform", "stock", "http://127.0.0.1:1", "--token-file", &nowhere]).await;
        assert!(no_file.code == Some(1) && no_file.err.contains("there is no key at nowhere.key"), "{no_file:?}");
    });
}
