//! Processes whose machines' clocks jump or differ.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use kernel::{Seams, clock::OffsetClock, clock::SteadyClock};
use kernel_db::{Bus, Cause, Db, Durability, lease::Lease, outbox};

use crate::harness::{Fresh, Sabotage, alone, databases, postgres, tick, together};

/// A process whose machine's clock is so far off, and the hand by which it is turned.
async fn process(fresh: &Fresh, hours: i64) -> (Db, OffsetClock) {
    let wall = OffsetClock::default();
    wall.advance(TimeDelta::hours(hours));
    let clock = Arc::new(SteadyClock::over(Arc::new(wall.clone())));
    let seams = Seams { clock, ..Seams::system() };
    (Db::open("clock", fresh.target(), Durability::Full, Bus::default(), seams).await.unwrap(), wall)
}

async fn apart(fresh: &Fresh) -> TimeDelta {
    let mut shown = Vec::new();
    for hours in [0, 1, -1] {
        let (db, wall) = process(fresh, hours).await;
        let before = db.seams().now();
        wall.advance(TimeDelta::hours(-2 * hours));
        assert!(db.seams().now() - before < TimeDelta::seconds(5), "it jumped");
        shown.push(db.seams().now());
    }
    *shown.iter().max().unwrap() - *shown.iter().min().unwrap()
}

#[tokio::test]
async fn processes_on_one_server_agree() {
    let turn = together().await;
    let Some(fresh) = postgres(&turn, "", Bus::default()).await else { return };
    let apart = apart(&fresh).await;
    assert!(apart < TimeDelta::seconds(10), "{apart}");
}

#[tokio::test]
async fn without_the_servers_word_they_do_not() {
    let turn = alone().await;
    let Some(fresh) = postgres(&turn, "", Bus::default()).await else { return };
    let _sabotage = Sabotage::of("db.hearsay");
    let apart = apart(&fresh).await;
    assert!(apart > TimeDelta::hours(1), "the control did not turn red: {apart}");
}

/// The clock was turned back while the store stood still: what is due in a minute is not due in an hour.
#[tokio::test]
async fn a_store_does_not_go_back_behind_what_it_wrote() {
    let turn = alone().await;
    for fresh in databases(&turn, "").await {
        fresh.clock.advance(TimeDelta::hours(1));
        let events = &[tick("a", 1)];
        fresh.db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), events) }).await.unwrap();
        let written = fresh.clock_now();
        let (db, _) = process(&fresh, 0).await;
        let behind = written - db.seams().now();
        assert!(behind < TimeDelta::seconds(5), "{behind}");
        let sabotage = Sabotage::of("db.hearsay");
        let (db, _) = process(&fresh, 0).await;
        drop(sabotage);
        assert!(written - db.seams().now() > TimeDelta::minutes(50), "the control did not turn red");
    }
}

#[tokio::test]
async fn a_lease_is_neither_prolonged_nor_cut_by_a_clock() {
    let turn = together().await;
    let term = Duration::from_millis(400);
    for fresh in databases(&turn, "").await {
        let (mut leases, mut walls) = (Vec::new(), Vec::new());
        for hours in [0, 1, -1] {
            let (db, wall) = process(&fresh, hours).await;
            leases.push(Lease::new(&db, "job", db.seams().id(), term));
            walls.push(wall);
        }
        assert!(leases[0].acquire().await.unwrap());
        // It renews, the clocks jump, and it keeps the lease for longer than its term.
        for round in 0..10 {
            walls[round % 3].advance(TimeDelta::hours(if round % 2 == 0 { 1 } else { -1 }));
            tokio::time::sleep(term / 5).await;
            assert!(leases[0].acquire().await.unwrap(), "the holder lost it in round {round}");
            for other in &leases[1..] {
                assert!(!other.acquire().await.unwrap(), "it was stolen in round {round}");
            }
        }
        // It stops renewing: one other takes over after a term, and not before.
        tokio::time::sleep(term / 2).await;
        assert!(!leases[1].acquire().await.unwrap(), "half a term is not a term");
        tokio::time::sleep(term).await;
        assert!(leases[1].acquire().await.unwrap(), "the lease is stuck");
        assert!(!leases[2].acquire().await.unwrap(), "two hold it");
        assert!(!leases[0].acquire().await.unwrap(), "the one that lost it still has it");
    }
}
