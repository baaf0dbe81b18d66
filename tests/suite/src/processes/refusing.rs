//! Moves that would lose something are refused: the module stays where it is, purchases continue, and the operator
//! is told what to do.

use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::harness::{Cluster, Endpoints, Kind, Process, Program, STORE, only, run, together};

/// Asks for a move, and is sure that it is refused in these words, each in the answer and at the command line.
async fn refused(program: &Program, store: &Process, (module, to): (&str, &str), words: &[&str]) {
    let said = program.says(&["place", module, to, "--url", &store.url()]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    for word in words {
        assert!(said.err.contains(word), "no `{word}` in {said:?}");
    }
    assert!(!said.err.contains("panicked") && said.out.is_empty(), "{said:?}");
    let modules = store.admin().get("/admin/modules").await.expect_status(200);
    assert!(!modules.words().contains("\"placement\":\"remote\""), "{modules}");
    store.guest("ada").has_bought(&[("cup", 1)]).await;
}

#[test]
fn a_file_moves_only_with_its_process() {
    let _turn = together();
    run(async {
        let cluster = Cluster::patient(Kind::Sqlite, &["inventory"]);
        let store = cluster.opens_store().await;
        store.admin().stocks("cup", 5, 100).await;
        let words = ["409", "file of SQLite", "a flip moves no data", "data.url", "modules.inventory.placement"];
        refused(&cluster.store(), &store, ("inventory", "remote"), &words).await;
        let words = ["404", "no module `stock`", "catalog, order, inventory, payment"];
        refused(&cluster.store(), &store, ("stock", "remote"), &words).await;
        store.stops().await;
    });
}

/// The far sides of one store, each wrong in its own way.
#[test]
fn wrong_far_sides() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let other = Cluster::patient(Kind::Postgres, &["inventory"]);
        let on_another_database = other.opens_module("inventory").await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let liar = Endpoints { ports: listener.local_addr().unwrap().to_string(), ..Endpoints::free() };
        let mut cluster = Cluster::patient(Kind::Postgres, &["order"]);
        cluster.is_found("inventory", other.endpoints("inventory").clone());
        cluster.is_found("catalog", liar);
        let (program, store) = (cluster.store(), cluster.opens_store().await);
        store.admin().stocks("cup", 100, 100).await;

        let words =
            ["409", "stands on another database (postgres:", "give both the same data.url and data.schema_prefix"];
        refused(&program, &store, ("inventory", "remote"), &words).await;
        let words = ["no address is set for payment", "set modules.payment.remote.ports", "start again"];
        refused(&program, &store, ("payment", "remote"), &words).await;
        let words = ["another contract of `prices`", "`quote` has another schema", "run builds of one contract"];
        tokio::select! {
            () = lies(&listener, &cluster.endpoints(STORE).ports) => {}
            () = refused(&program, &store, ("catalog", "remote"), &words) => {}
        }
        wrong_orders(&cluster, &store).await;
        for process in [store, on_another_database] {
            process.stops().await;
        }
        for cluster in [cluster, other] {
            cluster.place.clear().await;
        }
    });
}

/// Processes of order that cannot take it over, and at last none.
async fn wrong_orders(cluster: &Cluster, store: &Process) {
    let nobody = format!("http://{}", Endpoints::free().ports);
    for (name, value, words) in [
        (
            "BANYAN__SERVICE__KEY",
            "quite another key, of forty bytes or so",
            ["refuses the service token", "compare the service keys of both sides"],
        ),
        (
            "BANYAN__MODULES__CATALOG__REMOTE__PORTS",
            nobody.as_str(),
            // Inventory answers there, and on another database than this store's: it is not trusted.
            [
                "the far side of order cannot reach catalog and inventory yet",
                "set modules.….remote.ports there, and try again",
            ],
        ),
    ] {
        let mut strayed = cluster.program("order");
        strayed.set(name, value);
        let order = strayed.serves_with(&[], &only("order")).await;
        refused(&cluster.store(), store, ("order", "remote"), &words).await;
        order.stops().await;
    }
    let words = ["nothing answers at", "is the module running, and is that its port server's address?"];
    refused(&cluster.store(), store, ("order", "remote"), &words).await;
}

/// Stands before a port server, and says of every port that its first method has another schema.
async fn lies(listener: &TcpListener, server: &str) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        if let Some(answer) = relayed(&mut stream, server).await {
            stream.write_all(answer.as_bytes()).await.ok();
        }
    }
}

async fn relayed(stream: &mut TcpStream, server: &str) -> Option<String> {
    let mut head = String::new();
    while !head.contains("\r\n\r\n") {
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).await.ok().filter(|read| *read > 0)?;
        head.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    let path = head.split(' ').nth(1)?;
    let token = head.lines().find_map(|line| line.split_once(": ").filter(|(name, _)| *name == "authorization"))?.1;
    let ask = Client::new().get(format!("http://{server}{path}")).header("authorization", token);
    let mut meta: Value = ask.send().await.ok()?.json().await.ok()?;
    meta["contract_hash"] = json!("another");
    let methods = meta["methods"].as_object_mut()?;
    methods.values_mut().for_each(|hash| *hash = json!("another"));
    let body = meta.to_string();
    let (kind, length) = ("content-type: application/json", body.len());
    Some(format!("HTTP/1.1 200 OK\r\n{kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"))
}
