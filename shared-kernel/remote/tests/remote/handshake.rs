//! What is said of a far side that is not what it should be.

use std::{net::SocketAddr, time::Duration};

use inventory_contract::STOCK;
use kernel::clock::SystemClock;
use kernel_remote::{HandshakeError, RemoteClient, RemoteConfig, ServerConfig, ServiceKeys, TokenSource, handshake};
use port::Descriptor;
use serde_json::{Value, json};

use crate::{
    faulty::{Act, Faulty, json as say_json, nobody, problem, response},
    house::{OddStock, client, serve},
};

const PATIENCE: Duration = Duration::from_millis(400);

async fn refused(address: SocketAddr) -> String {
    let began = tokio::time::Instant::now();
    let refused = handshake(&client(address), &[&STOCK], PATIENCE).await.unwrap_err().to_string();
    assert!(began.elapsed() < PATIENCE * 2, "{:?}", began.elapsed());
    refused.replace(&address.to_string(), "FAR")
}

async fn said_of(act: Act) -> String {
    refused(Faulty::serve(vec![act]).await.address).await
}

#[actix_web::test]
async fn a_far_side_of_one_contract_is_accepted() {
    let address = serve(OddStock::new(0), ServerConfig::default()).await;
    let shown = handshake(&client(address), &[&STOCK], PATIENCE).await.unwrap();
    assert_eq!((shown.ports.len(), shown.module.database.as_str()), (1, "tests:inventory"));
}

/// What it stands on is asked of every module alike; one that has no port must answer.
#[actix_web::test]
async fn a_module_without_a_port_shows_itself() {
    let address = serve(OddStock::new(0), ServerConfig::default()).await;
    let shown = handshake(&client(address), &[], PATIENCE).await.unwrap();
    assert_eq!(
        (shown.module.database.as_str(), shown.module.misses.as_slice()),
        ("tests:inventory", &["order".to_owned()][..])
    );
    let silent = Faulty::serve(vec![Act::Say(response("404 No", "text/html", "?"))]).await.address;
    let refused = handshake(&client(silent), &[], PATIENCE).await.unwrap_err();
    assert!(matches!(refused, HandshakeError::NotAPortServer { status: 404, .. }), "{refused}");
    let other = Faulty::serve(vec![say_json("200 OK", r#"{"module": "payment"}"#)]).await.address;
    let refused = handshake(&client(other), &[], PATIENCE).await.unwrap_err();
    assert!(matches!(refused, HandshakeError::OtherModule { .. }), "{refused}");
}

/// A service that is not ours has its contract to show, and a database of its own.
#[actix_web::test]
async fn a_service_with_a_port_need_not_say_what_it_stands_on() {
    let ours = serve(OddStock::new(0), ServerConfig::default()).await;
    let port = handshake(&client(ours), &[&STOCK], PATIENCE).await.unwrap().ports.remove(0);
    let port = say_json("200 OK", &json!(port).to_string());
    for unknown in [Act::Say(response("404 No", "text/html", "?")), problem("404 No", "{}")] {
        let foreign = Faulty::serve(vec![port.clone(), unknown]).await.address;
        let shown = handshake(&client(foreign), &[&STOCK], PATIENCE).await.unwrap();
        assert_eq!((shown.module.module.as_str(), shown.module.database.as_str()), ("inventory", ""));
    }
}

#[actix_web::test]
async fn each_wrong_far_side_is_told_apart() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    for (act, said) in [
        (
            Act::Say(response("200 OK", "text/html", "<h1>It works!</h1>")),
            "http://FAR/ports/stock/meta answered 200 with text/html, so it is no port server; `ports` is the address of the far side's port server, not of its public API",
        ),
        (
            Act::Flood(format!("{head}Content-Length: 52428800\r\n\r\n")),
            "http://FAR/ports/stock/meta sent more than 65536 bytes, so it is no port server; is it the address of something else?",
        ),
        (
            Act::Flood(format!("{head}\r\n")),
            "http://FAR/ports/stock/meta sent more than 65536 bytes, so it is no port server; is it the address of something else?",
        ),
        (
            Act::Drip(format!("{head}\r\n"), 20),
            "http://FAR/ports/stock/meta did not answer within 400 ms; is the module overloaded, or something else listening there?",
        ),
        (
            Act::Hang,
            "http://FAR/ports/stock/meta did not answer within 400 ms; is the module overloaded, or something else listening there?",
        ),
        (
            problem("401 No", r#"{"detail": "the service token is for `payment`, not for `inventory`"}"#),
            "http://FAR/ports/stock/meta refuses the service token: the service token is for `payment`, not for `inventory`",
        ),
        (
            problem("404 No", r#"{"detail": "no port `stock` is served here"}"#),
            "http://FAR/ports/stock/meta: no port `stock` is served here; does the far side host this module?",
        ),
        (
            Act::Say(response("404 No", "text/plain", "?")),
            "http://FAR/ports/stock/meta answered 404 with text/plain, so it is no port server; `ports` is the address of the far side's port server, not of its public API",
        ),
    ] {
        assert_eq!(said_of(act).await, said);
    }
    let cut = said_of(Act::Cut).await;
    assert!(cut.starts_with("http://FAR/ports/stock/meta broke off its answer ("), "{cut}");
    let away = refused(nobody().await).await;
    assert!(away.starts_with("nothing answers at http://FAR/ports/stock/meta (Connection refused"), "{away}");
}

#[actix_web::test]
async fn another_key_is_refused_by_name() {
    let address = serve(OddStock::new(0), ServerConfig::default()).await;
    let keys = ServiceKeys::new("quite another key, of forty bytes or so".into(), None).unwrap();
    let tokens = TokenSource::new(&keys, "tests", std::sync::Arc::new(SystemClock));
    let stranger =
        RemoteClient::new("inventory", &format!("http://{address}"), tokens, &RemoteConfig::default()).unwrap();
    let refused = handshake(&stranger, &[&STOCK], PATIENCE).await.unwrap_err();
    let HandshakeError::NotAdmitted { detail, .. } = refused else { panic!("{refused}") };
    assert!(detail.contains("compare the service keys of both sides"), "{detail}");
}

/// What the far side would say of itself, changed.
async fn contract(change: impl FnOnce(&mut Value)) -> Result<(), String> {
    let ours = serve(OddStock::new(0), ServerConfig::default()).await;
    let meta = handshake(&client(ours), &[&STOCK], PATIENCE).await.unwrap().ports.remove(0);
    let mut meta = json!(meta);
    change(&mut meta);
    let faulty = Faulty::serve(vec![say_json("200 OK", &meta.to_string())]).await;
    let outcome = handshake(&client(faulty.address), &[&STOCK], PATIENCE).await;
    outcome.map(drop).map_err(|error| error.to_string().replace(&faulty.address.to_string(), "FAR"))
}

#[actix_web::test]
async fn a_difference_is_named() {
    let (url, hash) = ("http://FAR/ports/stock/meta", STOCK.contract_hash());
    let differs = |how: &str| {
        Err(format!(
            "{url} serves another contract of `stock` v1: {how} (contract here {hash}, there abc); run builds of one contract, or give the changed port a new version"
        ))
    };
    assert_eq!(contract(|_| ()).await, Ok(()));
    let version =
        format!("{url} serves `stock` at version 2 and this process speaks version 1; run builds that share a version");
    assert_eq!(contract(|meta| meta["version"] = json!(2)).await, Err(version));
    let module =
        format!("{url} belongs to the module `payment`, not to `inventory`; compare the addresses of the modules");
    assert_eq!(contract(|meta| meta["module"] = json!("payment")).await, Err(module));
    let silent = contract(|meta| (meta["contract_hash"], meta["methods"]) = (json!("abc"), json!({}))).await;
    assert_eq!(silent, differs("it does not say in which methods"));
    let changed = contract(|meta| {
        meta["contract_hash"] = json!("abc");
        meta["methods"]["hold"] = json!("def");
        meta["methods"].as_object_mut().unwrap().remove("release");
    });
    assert_eq!(changed.await, differs("`hold` has another schema, `release` is missing there"));
    let more = contract(|meta| {
        meta["contract_hash"] = json!("abc");
        meta["methods"]["reserve"] = json!("def");
    });
    assert_eq!(more.await, Ok(()), "a method more does no harm");
}

/// One method fewer is another contract, by name.
#[actix_web::test]
async fn an_older_far_side_is_refused() {
    static NEWER: Descriptor = Descriptor { version: 2, ..STOCK };
    let address = serve(OddStock::new(0), ServerConfig::default()).await;
    let refused = handshake(&client(address), &[&NEWER], PATIENCE).await.unwrap_err();
    assert!(matches!(refused, HandshakeError::Version { ours: 2, theirs: 1, .. }), "{refused}");
}
