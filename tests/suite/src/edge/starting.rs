//! What a store refuses to start with: weak keys, goods for nothing, more connections than its Postgres has.

use crate::harness::{Kind, Place, Placement, Program, Sabotage, Shop, Site, Words, alone, run, together, words};

const HERE: Site = Site { kind: Kind::Sqlite, placement: Placement::Local };

/// Starts a store under `settings`, and is sure that it refuses in these words.
async fn refuses(kind: Kind, settings: &[(&str, &str)], expected: &[&str]) {
    let place = Place::new(kind);
    let mut program = Program::at(&place);
    program.set("BANYAN__HTTP__LISTEN", "127.0.0.1:0");
    for (name, value) in settings {
        program.set(*name, *value);
    }
    let said = program.says(&["serve", "--no-demo"]).await;
    assert_eq!(said.code, Some(1), "{settings:?}: {said:?}");
    for word in expected {
        assert!(said.err.contains(word), "{settings:?}: no `{word}` in {said:?}");
    }
    place.clear().await;
}

#[test]
fn weak_keys_are_refused() {
    let _turn = together();
    run(async {
        let long = "a".repeat(32);
        let broken = format!("{long}\n{long}");
        let how = "openssl rand -hex 32";
        for (name, setting) in [
            ("BANYAN__ADMIN__KEY", "admin.key"),
            ("BANYAN__SERVER__SECRET", "server.secret"),
            ("BANYAN__SERVICE__KEY", "service.key"),
        ] {
            refuses(Kind::Sqlite, &[(name, "hunter2")], &[setting, "7 characters", how]).await;
            refuses(Kind::Sqlite, &[(name, &broken)], &[setting, "line breaks", how]).await;
        }
        let previous = [("BANYAN__SERVICE__KEY", long.as_str()), ("BANYAN__SERVICE__PREVIOUS_KEY", "old")];
        refuses(Kind::Sqlite, &previous, &["service.previous_key", "3 characters", how]).await;
        let same = [("BANYAN__ADMIN__KEY", long.as_str()), ("BANYAN__SERVER__SECRET", long.as_str())];
        refuses(Kind::Sqlite, &same, &["admin.key and server.secret are the same", how]).await;
    });
}

#[test]
fn goods_are_not_given_away() {
    let _turn = together();
    run(async {
        let public = [("BANYAN__HTTP__LISTEN", "0.0.0.0:0")];
        refuses(Kind::Sqlite, &public, &["http.listen", "takes no money", "ENABLED=false", "ALLOW_PUBLIC=true"]).await;
    });
}

#[test]
fn more_connections_than_there_are() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let many = [("BANYAN__DATA__CONNECTIONS", "900")];
        let expected = ["3604 connections", "max_connections", "set data.connections to"];
        refuses(Kind::Postgres, &many, &expected).await;
    });
}

/// Opens a shop that must not open, without the guard.
async fn opens_without(guard: &'static str, kind: Kind, settings: Words) {
    let missing = Sabotage::of(guard);
    let shop = Shop::open_as(Site { kind, ..HERE }, &settings).await;
    drop(missing);
    shop.close().await;
}

#[test]
fn control_without_the_guards_each_of_them_starts() {
    let _turn = alone();
    run(async {
        opens_without("keys.rules", Kind::Sqlite, words([("BANYAN__SERVER__SECRET", "x".to_owned())])).await;
        opens_without("exposure", Kind::Sqlite, words([("BANYAN__HTTP__LISTEN", "0.0.0.0:8080".to_owned())])).await;
        if Kind::Postgres.is_available() {
            opens_without("capacity", Kind::Postgres, words([("BANYAN__DATA__CONNECTIONS", "900".to_owned())])).await;
        }
    });
}
