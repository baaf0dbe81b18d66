//! Settings and orders by which modules could not find each other: each is refused with the cause and the next step.

use serde_json::json;

use crate::harness::{Cluster, Kind, Place, Program, SERVICE_KEY, run, together};

const REMOTE: (&str, &str) = ("BANYAN__MODULES__INVENTORY__PLACEMENT", "remote");
const PORTS: (&str, &str) = ("BANYAN__MODULES__INVENTORY__REMOTE__PORTS", "http://127.0.0.1:7181");
const KEY: (&str, &str) = ("BANYAN__SERVICE__KEY", SERVICE_KEY);

#[test]
fn a_start_that_cannot_be_meant() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let plain = Program::at(&place);
        for (settings, arguments, code, words) in [
            (&[][..], &["serve", "--only", "warehouse"][..], 1, &["no such module", "inventory"][..]),
            (&[], &["serve", "--only", "inventory"], 1, &["service.key is not set", "BANYAN__SERVICE__KEY"]),
            (&[KEY], &["serve", "--only", "inventory"], 1, &["set modules.catalog.remote.ports"]),
            (&[("BANYAN__MODULES__WAREHOUSE__PLACEMENT", "remote")], &["serve"], 2, &["modules.warehouse.placement"]),
            (&[("BANYAN__MODULES__INVENTORY__PLACEMENT", "moon")], &["serve"], 2, &["moon", "`local` or `remote`"]),
            (&[REMOTE], &["serve"], 1, &["set modules.inventory.remote.ports", "such as http://127.0.0.1:7181"]),
            (&[REMOTE, KEY], &["serve"], 1, &["set modules.inventory.remote.ports"]),
            (&[REMOTE, PORTS], &["serve"], 1, &["service.key is not set", "32 characters or more"]),
            (&[REMOTE, PORTS, ("BANYAN__SERVICE__KEY", "short")], &["serve"], 1, &["5 characters", "openssl rand"]),
            (
                &[REMOTE, KEY, ("BANYAN__MODULES__INVENTORY__REMOTE__PORTS", "7181")],
                &["serve"],
                1,
                &["modules.inventory.remote.ports", "`7181` is no address", "http://127.0.0.1:7180"],
            ),
            (
                &[REMOTE, KEY, PORTS, ("BANYAN__MODULES__INVENTORY__REMOTE__PUBLIC", "ftp://shop")],
                &["serve"],
                1,
                &["modules.inventory.remote.public", "`ftp://shop` is no address"],
            ),
        ] {
            let mut program = plain.clone();
            program.set("BANYAN__HTTP__LISTEN", "127.0.0.1:0");
            program.set("BANYAN__PORTS__LISTEN", "127.0.0.1:0");
            for (name, value) in settings {
                program.set(*name, *value);
            }
            let said = program.says(arguments).await;
            assert_eq!(said.code, Some(code), "{settings:?} {arguments:?}: {said:?}");
            for word in words {
                assert!(said.err.contains(word), "no `{word}` in {said:?}");
            }
            assert!(!said.err.contains("panicked") && !said.err.contains(SERVICE_KEY), "{said:?}");
        }
    });
}

#[test]
fn a_move_that_cannot_be_made() {
    let _turn = together();
    run(async {
        let cluster = Cluster::new(Kind::Sqlite, &[]);
        let program = cluster.store();
        let store = program.serves().await;
        for (module, whither, word) in [
            ("warehouse", "remote", "there is no module `warehouse`; there are catalog, order, inventory, payment"),
            ("inventory", "remote", "run both sides on one Postgres"),
            ("order", "local", "run both sides on one Postgres"),
        ] {
            let said = program.says(&["place", module, whither, "--url", &store.url()]).await;
            assert_eq!(said.code, Some(1), "{said:?}");
            assert!(said.err.contains(word), "no `{word}` in {said:?}");
        }
        let moon = json!({ "placement": "moon" });
        store.admin().post("/admin/modules/inventory/placement", &moon).await.expect_status(422);
        store.admin().stocks("cup", 1, 100).await;
        store.guest("ada").has_bought(&[("cup", 1)]).await;
        store.stops().await;
    });
}
