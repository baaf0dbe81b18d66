//! Requests that another process of the store forwards: what it shows, what is believed, and that nothing counts twice.

use reqwest::Method;

use crate::harness::{Ask, Cluster, Kind, acquainted, only, run, together};

/// Headers that only processes of the store may send.
fn pretending(ask: Ask) -> Ask {
    ask.header("X-Banyan-Forwarded", "1").header("X-Banyan-Client", "203.0.113.77").header("X-Banyan-Anything", "1")
}

#[test]
fn limits_apply_once_and_internal_headers_from_outside_mean_nothing() {
    let _turn = together();
    run(async {
        let cluster = Cluster::patient(Kind::Sqlite, &["inventory"]);
        let mut program = cluster.program("inventory");
        // What comes straight to the module is limited there, and what is forwarded is not.
        program.set("BANYAN__LIMITS__EXEMPT", "");
        program.set("BANYAN__LIMITS__READ_PER_MINUTE", "3");
        let inventory = program.serves_with(&[], &only("inventory")).await;
        let store = cluster.opens_parted().await;
        acquainted(&[&store]).await;
        store.admin().stocks("cup", 5, 100).await;

        for _ in 0..10 {
            store.get("/api/v1/stock/cup").await.expect_status(200);
        }
        let direct = |pretends: bool| {
            let ask = inventory.ask(Method::GET, "/api/v1/stock/cup");
            if pretends { pretending(ask) } else { ask }
        };
        let mut said = Vec::new();
        for number in 0..5 {
            said.push(direct(number % 2 == 0).send().await.status);
        }
        assert_eq!(said, [200, 200, 200, 429, 429], "a header makes no client another process");

        // The store forwards a stranger's request as it would without the headers.
        let plain = store.get("/api/v1/stock/cup").await.expect_status(200);
        let pretended = pretending(store.ask(Method::GET, "/api/v1/stock/cup")).send().await.expect_status(200);
        assert_eq!(plain.body, pretended.body);
        pretending(store.ask(Method::GET, "/api/v1/stock/none")).send().await.expect_status(404);
        for process in [store, inventory] {
            process.stops().await;
        }
    });
}
