//! Two whole stores on one Postgres, whose machines' clocks differ by an hour.

use std::{fs, time::Duration};

use chrono::TimeDelta;
use tokio::time::sleep;

use crate::harness::{Cluster, Endpoints, Kind, Order, aloud, eventually, run, together};

/// Long enough for a runner to look for what is due, several times.
const LOOKS: Duration = Duration::from_secs(5);

#[test]
fn copies_whose_clocks_differ_by_an_hour_leave_each_other_alone() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let cluster = Cluster::patient(Kind::Postgres, &[]);
        let mut copies = Vec::new();
        for (name, hours) in [("right", 0), ("ahead", 1), ("behind", -1)] {
            let mut program = cluster.program_at(name, &Endpoints::free());
            program.set("BANYAN__MODULES__PAYMENT__SIMULATED__PENDING_MS", "3600000");
            let wall = cluster.place.folder.path().join(format!("wall-{name}"));
            fs::write(&wall, TimeDelta::hours(hours).num_microseconds().unwrap().to_le_bytes()).unwrap();
            program.set("BANYAN_TEST_WALL", wall.display().to_string());
            copies.push(program.serves().await);
        }
        copies[0].admin().stocks("cup", 100, 255).await;
        // Each waits for its provider for a quarter of an hour, and its stock is held until then.
        let mut waiting = Vec::new();
        for copy in &copies {
            let placed = copy.guest("ada").buys_with("tok_pending_then_approve", &[("cup", 1)]).await;
            waiting.push(Order::of(&placed.expect_status(202)));
        }
        sleep(LOOKS).await;
        for order in &waiting {
            let read = copies[0].guest("ada").reads(order).await;
            assert_eq!(read.text("/status"), "placed", "another copy has given the order up: {read}");
        }
        let level = copies[0].admin().level("cup").await;
        assert_eq!(level.held, 3, "a hold was lost early");
        for copy in &copies {
            let bought = copy.guest("ada").has_bought(&[("cup", 2)]).await;
            eventually("the order is settled", async || {
                (copy.guest("ada").reads(&bought).await.text("/payment/status") == "captured").then_some(())
            })
            .await;
        }
        for order in &waiting {
            copies[0].guest("ada").cancels(order).await.expect_status(200);
        }
        eventually("nothing is held", async || (copies[0].admin().level("cup").await.held == 0).then_some(())).await;
        aloud("three copies whose clocks are an hour apart left each other's orders alone");
        for copy in copies {
            copy.stops().await;
        }
        cluster.is_sound().await;
        cluster.place.clear().await;
    });
}
