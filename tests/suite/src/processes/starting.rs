//! What a store says that cannot start: what is wrong, and what to do.

use std::{net::TcpListener, os::unix::fs::PermissionsExt as _};

use serde_json::Value;

use crate::harness::{Kind, Place, Process, Program, Said, eventually, run, together};

/// Runs `serve` where it cannot work, and is sure that it says so.
async fn refuses(program: &Program, arguments: &[&str], code: i32, words: &[&str]) -> Said {
    let said = program.says(arguments).await;
    assert_eq!(said.code, Some(code), "{said:?}");
    for word in words {
        assert!(said.err.contains(word), "no `{word}` in {said:?}");
    }
    assert!(!said.err.contains("panicked") && !said.err.contains("RUST_BACKTRACE"), "{said:?}");
    said
}

#[test]
fn settings_that_cannot_be_used() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let program = Program::at(&place);
        let write = |name: &str, text: &[u8]| {
            std::fs::write(program.folder().join(name), text).unwrap();
            name.to_owned()
        };
        let config = async |file: &str, words: &[&str]| refuses(&program, &["serve", "--config", file], 2, words).await;
        config("nowhere.toml", &["nowhere.toml"]).await;
        config(&write("broken.toml", b"[http\nlisten ="), &["broken.toml"]).await;
        config(&write("binary.toml", b"\xff\xfe\x00"), &["binary.toml"]).await;
        config(
            &write("unknown.toml", b"[http]\nlissten = \"127.0.0.1:0\"\n"),
            &["http.lissten", "did you mean `http.listen`"],
        )
        .await;
        config(
            &write("typed.toml", b"[http]\nstop_limit_seconds = \"long\"\n"),
            &["http.stop_limit_seconds", "typed.toml"],
        )
        .await;
        config(&write("remote.toml", b"[modules.order]\nplacement = \"moon\"\n"), &["modules.order.placement", "moon"])
            .await;

        let mut program = program.clone();
        program.set("BANYAN__HTTP__WORKRES", "1");
        refuses(&program, &["serve"], 2, &["http.workres", "did you mean `http.workers`"]).await;
        refuses(&program, &["dance"], 2, &["dance"]).await;
    });
}

#[test]
fn places_that_cannot_be_used() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let busy = listener.local_addr().unwrap();
        program.set("BANYAN__HTTP__LISTEN", busy.to_string());
        refuses(&program, &["serve", "--no-demo"], 1, &[&busy.port().to_string(), "in use"]).await;

        program.set("BANYAN__HTTP__LISTEN", "127.0.0.1:0");
        let file = program.folder().join("file");
        std::fs::write(&file, "").unwrap();
        program.set("BANYAN__DATA__FOLDER", file.join("data").display().to_string());
        refuses(&program, &["serve", "--no-demo"], 1, &["data folder", "set data.folder"]).await;
        // No user may write here.
        program.set("BANYAN__DATA__FOLDER", "/proc/self/banyan");
        refuses(&program, &["serve", "--no-demo"], 1, &["data folder", "set data.folder"]).await;

        program.set("BANYAN__DATA__URL", "postgres://shop:open-sesame@127.0.0.1:1/shop");
        let said = refuses(&program, &["serve", "--no-demo"], 1, &["127.0.0.1:1"]).await;
        assert!(!said.err.contains("open-sesame") && !said.out.contains("open-sesame"), "{said:?}");
    });
}

#[test]
fn one_store_in_one_folder() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        let first = program.serves().await;
        program.set("BANYAN__HTTP__LISTEN", "127.0.0.1:0");
        refuses(&program, &["serve", "--no-demo"], 1, &["another banyan is using"]).await;
        first.stops().await;
    });
}

#[test]
fn a_first_start_makes_keys_and_shows_none() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        program.unset("BANYAN__ADMIN__KEY");
        program.unset("BANYAN__SERVER__SECRET");
        program.set("BANYAN__LOG__LEVEL", "info");
        let store = program.serves().await;
        for name in ["admin.key", "server.key"] {
            let file = program.folder().join("data").join(name);
            let key = std::fs::read_to_string(&file).unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{name}");
            assert!(key.trim().len() >= 32, "{name}");
            assert!(store.log().contains(name) && !store.log().contains(key.trim()), "{name}: {}", store.log());
        }
        let key = std::fs::read_to_string(program.folder().join("data/admin.key")).unwrap();
        let modules = store.ask(reqwest::Method::GET, "/api/v1/admin/modules").bearer(key.trim()).send().await;
        modules.expect_status(200);
        store.stops().await;
        let config = program.says(&["config"]).await;
        assert!(config.code == Some(0) && !config.out.contains(key.trim()), "{config:?}");
    });
}

#[test]
fn an_empty_folder_gets_a_demonstration() {
    let _turn = together();
    for kind in Kind::available() {
        run(async {
            let place = Place::new(kind);
            let program = Program::at(&place);
            let store = program.serves_with(&[], &["serve"]).await;
            // The demonstration comes through the public API, once the store answers.
            eventually("the demonstration has arrived", async || {
                let kept = store.admin().get("/admin/stock?limit=100").await.expect_status(200).items();
                let (products, skus) = demonstrated();
                (count(&store).await == products && kept.len() == skus).then_some(())
            })
            .await;
            assert!(store.get("/api/v1/categories").await.items().len() > 1);
            store.stops().await;
            let checked = program.says(&["check"]).await;
            assert_eq!(checked.code, Some(0), "{checked:?}");
            let again = program.serves_with(&[], &["serve"]).await;
            assert_eq!(count(&again).await, demonstrated().0, "it is loaded once");
            again.stops().await;
            place.clear().await;
        });
    }
}

async fn count(store: &Process) -> usize {
    store.get("/api/v1/products?limit=100").await.expect_status(200).items().len()
}

/// How many products the demonstration has, those of one variant and those of several, and how many SKUs.
fn demonstrated() -> (usize, usize) {
    let simple = include_str!("../../../../app/demo/products.csv").lines().count() - 1;
    let varied: Vec<Value> = serde_json::from_str(include_str!("../../../../app/demo/products.json")).unwrap();
    let variants: usize = varied.iter().map(|varied| varied["stock"].as_object().unwrap().len()).sum();
    (simple + varied.len(), simple + variants)
}
