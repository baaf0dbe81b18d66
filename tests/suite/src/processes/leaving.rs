//! A module's data is never left behind in silence (I13): a start that would pass it by is refused, with what would be
//! lost and what to type; what an operator leaves behind is written down; and the move by hand loses nothing.

use banyan::store::Store;
use kernel::Seams;
use kernel_db::Bus;

use crate::harness::{
    Cluster, Kind, Level, Place, Program, STORE, Sabotage, Said, UNITS, acquainted, alone, copy_file, eventually,
    move_file, only, run, settings, together,
};

const SERVE: [&str; 2] = ["serve", "--no-demo"];
const LEAVE: [&str; 3] = ["serve", "--no-demo", "--leave-data-behind"];

/// Runs `serve` where it must not start, and is sure that it says why.
async fn refuses(program: &Program, arguments: &[&str], words: &[&str]) -> Said {
    let said = program.says(arguments).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    for word in words {
        assert!(said.err.contains(word), "no `{word}` in {}", said.err);
    }
    said
}

/// The sale that was lost: the line of configuration, on a store with sales in it.
#[test]
fn a_module_is_not_placed_elsewhere_without_its_data() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        let file = cluster.data(STORE).join("inventory.db");
        let words = [
            "inventory is placed elsewhere (http://127.0.0.1:",
            "1 level, 1 commitment,",
            "never handed over",
            &format!("mv {}", file.display()),
            "-wal",
            "admin.key",
            "server.key",
            "BANYAN__SERVICE__KEY",
            "serve --only inventory",
            "docs/extracting-a-module.md",
            "serve --leave-data-behind",
        ];
        refuses(&cluster.parted(), &SERVE, &words).await;
        assert!(file.exists());

        let checked = cluster.parted().says(&["check"]).await;
        assert_eq!(checked.code, Some(1), "{checked:?}");
        for word in ["tenure: no data of inventory was left behind in", "NOT SEEN: orders against stock"] {
            assert!(checked.out.contains(word), "no `{word}` in {}", checked.out);
        }
        // As it was: the refusal has changed nothing.
        let store = cluster.opens_store().await;
        assert_eq!(store.admin().level("cup").await, level(5));
        store.stops().await;
    });
}

/// What an operator means is done, and is not asked for again. `check` finds what became of the stock.
#[test]
fn what_is_left_behind_is_written_down_and_check_finds_what_it_did() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        let store = cluster.parted().serves_with(&[], &LEAVE).await;
        assert!(store.log().contains("data is left behind, as was asked for"), "{}", store.log());
        store.stops().await;
        let store = cluster.opens_parted().await;
        let inventory = cluster.opens_module("inventory").await;
        acquainted(&[&store, &inventory]).await;
        let rebuilt = eventually("stock is rebuilt from old events", async || {
            let level = store.admin().get("/admin/stock/cup").await;
            (level.status == 200 && level.number("/on_hand") == UNITS).then_some(level)
        })
        .await;
        assert_eq!(rebuilt.number("/available"), UNITS, "the story: what was sold can be sold again");

        let checked = cluster.parted().says(&["check"]).await;
        assert_eq!(checked.code, Some(1), "{checked:?}");
        for word in ["1 of 1 orders differ", "a confirmed order has no claim on stock"] {
            assert!(checked.out.contains(word), "no `{word}` in {}", checked.out);
        }
        inventory.stops().await;
        store.stops().await;

        // The data that was given up is not taken up by accident either.
        let words =
            ["stopped counting on", "its role is `left`, by banyan serve --leave-data-behind (user ", "data here"];
        refuses(&cluster.store(), &SERVE, &words).await;
        let store = cluster.store().serves_with(&[], &LEAVE).await;
        assert_eq!(store.admin().level("cup").await, level(5));
        store.stops().await;
    });
}

/// Sold at home, sold elsewhere, sold at home again: each unit once.
#[test]
fn a_module_is_moved_by_hand_and_back() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        move_file("inventory", &cluster.data(STORE), &cluster.data("inventory"));
        let (store, inventory) = (cluster.opens_parted().await, cluster.opens_module("inventory").await);
        acquainted(&[&store, &inventory]).await;
        store.guest("bob").has_bought(&[("cup", 4)]).await;
        assert_eq!(store.admin().level("cup").await, level(9));
        let checked = cluster.parted().says(&["check"]).await;
        assert!(checked.code == Some(0) && !checked.out.contains("NOT SEEN: orders"), "{checked:?}");
        assert!(checked.out.contains("0 of 2 orders differ"), "{checked:?}");
        store.stops().await;
        inventory.stops().await;

        move_file("inventory", &cluster.data("inventory"), &cluster.data(STORE));
        let store = cluster.opens_store().await;
        store.guest("eve").has_bought(&[("cup", 11)]).await;
        assert_eq!(store.admin().level("cup").await, level(20));
        store.guest("eve").buys(&[("cup", 1)]).await.expect_problem(409, "out-of-stock");
        store.stops().await;
        let checked = cluster.store().says(&["check"]).await;
        assert_eq!(checked.code, Some(0), "{checked:?}");
    });
}

/// Where there is nothing to lose, nothing is asked.
#[test]
fn an_empty_module_may_be_placed_elsewhere() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.opens_store().await.stops().await;
        let (store, inventory) = (cluster.opens_parted().await, cluster.opens_module("inventory").await);
        acquainted(&[&store, &inventory]).await;
        store.admin().stocks("cup", UNITS, 100).await;
        store.guest("ada").has_bought(&[("cup", 5)]).await;
        assert_eq!(store.admin().level("cup").await, level(5));
        inventory.stops().await;
        store.stops().await;
    });
}

/// A process of one module in a copy of the whole data folder: the others' files belong to the store.
#[test]
fn a_part_of_the_store_does_not_pass_by_the_others_data() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        for module in ["catalog", "inventory", "order", "payment"] {
            copy_file(module, &cluster.data(STORE), &cluster.data("inventory"));
        }
        let words = ["hosts inventory alone", "catalog.db", "1 product", "never handed over", "--leave-data-behind"];
        refuses(&cluster.program("inventory"), &only("inventory"), &words).await;
    });
}

/// A module's file is away, and a new one would be made: the other modules remember which it was.
#[test]
fn a_file_that_is_missing_is_not_made_anew() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        let aside = cluster.data(STORE).join("aside");
        move_file("inventory", &cluster.data(STORE), &aside);
        let words = ["is not the database on which this store had inventory", "inventory.db", "--leave-data-behind"];
        refuses(&cluster.store(), &SERVE, &words).await;
        move_file("inventory", &aside, &cluster.data(STORE));
        let store = cluster.opens_store().await;
        assert_eq!(store.admin().level("cup").await, level(5));
        store.stops().await;
    });
}

/// Two stores' files in one folder.
#[test]
fn the_data_of_two_stores_is_not_mixed() {
    let _turn = together();
    run(async {
        let (ours, theirs) =
            (Cluster::without("inventory", Kind::Sqlite, 60), Cluster::without("inventory", Kind::Sqlite, 60));
        ours.has_sold(5).await;
        theirs.has_sold(1).await;
        copy_file("payment", &theirs.data(STORE), &ours.data(STORE));
        refuses(&ours.store(), &SERVE, &["the data of payment to the store", "put here by mistake"]).await;
    });
}

/// A schema with rows, and a far side that stands on another Postgres schema, or on a file.
#[test]
fn a_schema_is_not_passed_by() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Postgres, 60);
        cluster.has_sold(5).await;
        let elsewhere = Place::new(Kind::Postgres);
        let mut alone = cluster.program("inventory");
        let prefix = elsewhere.environment().into_iter().find(|(name, _)| name.ends_with("SCHEMA_PREFIX")).unwrap();
        alone.set(prefix.0, prefix.1);
        let inventory = alone.serves_with(&[], &only("inventory")).await;
        let words = ["its schema in this process's Postgres", "1 level, 1 commitment", "data.schema_prefix"];
        refuses(&cluster.parted(), &SERVE, &words).await;
        inventory.stops().await;

        // The far side's database is unknown at the start, so the store starts. Once up, the far side is not trusted.
        let store = cluster.opens_parted().await;
        let inventory = alone.serves_with(&[], &only("inventory")).await;
        eventually("the far side is refused", async || {
            let ready = store.shows("/health/ready").await.expect_status(200);
            ready.text("/elsewhere/0/trouble").contains("never handed over").then_some(())
        })
        .await;
        store.guest("ada").buys(&[("cup", 1)]).await.expect_status(202);
        inventory.stops().await;
        store.stops().await;
        cluster.place.clear().await;
        elsewhere.clear().await;
    });
}

/// Without the guard the story happens again: the same start goes through.
#[test]
fn control_the_tenure() {
    let _turn = alone();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        let starts = async || {
            let store = Store::open(settings(cluster.parted().settings()), Seams::system(), Bus::default()).await;
            let opened = store.map_err(|error| error.to_string());
            if let Ok(store) = &opened {
                store.close().await;
            }
            opened.map(drop)
        };
        let refused = starts().await.unwrap_err();
        assert!(refused.contains("never handed over"), "{refused}");
        let _unread = Sabotage::of("tenure::unread");
        starts().await.expect("the tenure is not read, so nothing is refused");
    });
}

/// A store whose data is in Postgres by now says that it does not read the old files.
#[test]
fn old_files_beside_a_store_on_postgres_are_named() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        let place = Place::new(Kind::Postgres);
        let mut program = Program::at(&place);
        program.set("BANYAN__DATA__FOLDER", cluster.data(STORE).display().to_string());
        let store = program.serves().await;
        assert!(store.log().contains("this file is not read"), "{}", store.log());
        store.stops().await;
        place.clear().await;
    });
}

/// The same line by another setting: one module is put into a Postgres, and its file stays.
#[test]
fn a_modules_own_url_does_not_pass_by_its_file() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        let mut program = cluster.store();
        let schemas = Place::new(Kind::Postgres);
        let prefix = schemas.environment().into_iter().find(|(name, _)| name.ends_with("SCHEMA_PREFIX")).unwrap();
        program.set(prefix.0, prefix.1);
        program.set("BANYAN__MODULES__INVENTORY__URL", Kind::Postgres.url());
        refuses(&program, &SERVE, &["modules.inventory.url puts inventory into a Postgres", "1 level, 1 commitment"])
            .await;
        schemas.clear().await;
    });
}

const fn level(sold: i64) -> Level {
    Level { on_hand: UNITS, held: 0, committed: sold, available: UNITS - sold }
}
