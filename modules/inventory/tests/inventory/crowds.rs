//! Many who come at once are served together: each is answered as if it were alone, for far fewer statements.

use std::{sync::Arc, time::Duration};

use futures_util::future::{join, join_all};
use inventory_contract::{Held, StockRefusal};
use kernel::OrderId;
use kernel_db::DbError;
use order_contract::{OrderConfirmed, OrderEvent, OrderRejected};
use port::{PortError, PortResult};
use tokio::task::JoinSet;

use crate::{
    events::{cancel, fulfil},
    house::{House, buyer},
    on_both,
};

type Lines = &'static [(&'static str, i64)];

const PLAIN: Lines = &[("JUG", 2), ("CUP", 1)];
const ONE_SKU_TWICE: Lines = &[("CUP", 1), ("JUG", 1), ("CUP", 1)];
/// There is enough for 40 of 45.
const SCARCE: Lines = &[("POT", 1), ("JUG", 1)];
const UNKNOWN: Lines = &[("CUP", 1), ("NOBODY-KNOWS", 1)];
const TOO_MANY: Lines = &[("JUG", 1), ("CUP", 1_000_000)];

/// Transactions: the clock never says the same time twice, and each of these asks once.
const HOLDING: &str = "SELECT COUNT(DISTINCT created_at) FROM claim";
const COMMITTING: &str = "SELECT COUNT(DISTINCT committed_at) FROM claim";
const GIVING_BACK: &str = "SELECT COUNT(DISTINCT at) FROM ledger WHERE kind = 'release'";

on_both! {
    async fn three_hundred_at_once(house: House) {
        let house = house.stocked(&[("CUP", 1_000), ("JUG", 1_000), ("POT", 40)]).await;
        let kinds = [PLAIN, ONE_SKU_TWICE, SCARCE, UNKNOWN, TOO_MANY];
        let orders: Vec<(OrderId, Lines)> =
            (0..240).map(|number| (house.new_order(), kinds[if number < 60 { 0 } else { 1 + number % 4 }])).collect();
        // The first sixty ask twice at once.
        let asked = orders.iter().chain(&orders[..60]);
        let answers = join_all(asked.map(|&(order, lines)| house.hold(order, lines))).await;
        assert_eq!(answers.len(), 300);

        assert_eq!(answers[..60], answers[240..]);
        let mut sold = 0;
        for ((order, lines), answer) in orders.iter().zip(&answers) {
            match (*lines, short(answer).as_deref()) {
                (PLAIN | ONE_SKU_TWICE, None) => assert_eq!(answer.as_ref().unwrap().order, *order),
                (SCARCE, None) => sold += 1,
                (SCARCE, Some("POT 1/0")) | (UNKNOWN, Some("NOBODY-KNOWS 1/0")) => {}
                (TOO_MANY, Some(short)) if short.starts_with("CUP 1000000/") => {}
                other => panic!("{other:?} {answer:?}"),
            }
        }
        assert_eq!(sold, 40);
        assert_eq!(house.level("CUP").await, "1000/150/0/850");
        assert_eq!(house.level("JUG").await, "1000/205/0/795");
        assert_eq!(house.level("POT").await, "40/40/0/0");
        house.prove().await;
        let transactions = house.count(HOLDING).await;
        assert!(transactions <= 12, "300 in batches of at most 256 took {transactions} transactions");
    }

    async fn the_odd_one_leaves_the_others_alone(house: House) {
        let house = house.stocked(&[("CUP", 100), ("JUG", 100)]).await;
        let orders: Vec<OrderId> = (0..40).map(|_| house.new_order()).collect();
        let [unheard_of, released, committed, refused] = [0, 1, 2, 3].map(|index| orders[index]);
        assert!(house.hold(refused, TOO_MANY).await.is_err());
        for order in orders.iter().filter(|order| ![unheard_of, refused].contains(order)) {
            house.hold(*order, PLAIN).await.unwrap();
        }
        house.stock().release(&buyer(), released).await.unwrap();
        house.stock().commit(&buyer(), committed).await.unwrap();

        let (stock, cx) = (house.stock(), buyer());
        let twice = orders.iter().chain(&orders);
        let answers = join_all(twice.map(|order| stock.commit(&cx, *order))).await;
        for (order, answer) in orders.iter().chain(&orders).zip(answers) {
            let refusal = match *order {
                order if order == unheard_of || order == refused => Some(StockRefusal::NotHeld { order }),
                order if order == released => Some(StockRefusal::Released { order }),
                _ => None,
            };
            assert_eq!(answer, refusal.map_or(Ok(()), |refusal| Err(PortError::Refused(refusal))));
        }
        assert_eq!(house.level("CUP").await, "100/0/37/63");
        house.prove().await;
        let transactions = house.count(COMMITTING).await;
        assert!(transactions <= 6, "80 commitments took {transactions} transactions");

        join_all(orders.iter().map(|order| stock.release(&cx, *order))).await.into_iter().for_each(Result::unwrap);
        assert_eq!(house.level("CUP").await, "100/0/0/100");
        house.prove().await;
        let transactions = house.count(GIVING_BACK).await;
        assert!(transactions <= 6, "40 releases took {transactions} transactions");
    }

    /// The end of many orders is one movement of their levels; what moves no goods costs nothing.
    async fn five_hundred_events_are_one_posting(house: House) {
        let house = house.stocked(&[("CUP", 1_000), ("JUG", 1_000)]).await;
        let orders: Vec<OrderId> = (0..300).map(|_| house.new_order()).collect();
        let held = join_all(orders.iter().map(|order| house.hold(*order, PLAIN))).await;
        assert!(held.iter().all(Result::is_ok));
        for (index, order) in orders.iter().enumerate() {
            house.order.publish(&confirmed(&house, *order));
            match index % 3 {
                0 => house.order.publish(&cancel(&house, *order)),
                1 => house.order.publish(&OrderEvent::from(OrderRejected { order: *order, reason: "late".to_owned() })),
                _ => {
                    house.order.publish(&fulfil(&house, *order, &[("JUG", 1)]));
                    house.order.publish(&fulfil(&house, *order, &[("JUG", 1), ("CUP", 1)]));
                }
            }
        }
        house.settle().await;
        assert_eq!(house.level("CUP").await, "900/0/0/900");
        assert_eq!(house.level("JUG").await, "800/0/0/800");
        assert_eq!(house.count("SELECT COUNT(DISTINCT at) FROM ledger WHERE kind IN ('release', 'fulfil')").await, 2);
        house.prove().await;
    }

    /// Both want the claims of all orders at the same moment; whoever waits sees what the other has done.
    async fn goods_leave_while_their_orders_are_committed(house: House) {
        let house = house.stocked(&[("CUP", 1_000), ("JUG", 1_000)]).await;
        for _ in 0..5 {
            let orders: Vec<OrderId> = (0..40).map(|_| house.new_order()).collect();
            for order in &orders {
                house.hold(*order, &[("CUP", 2), ("JUG", 2)]).await.unwrap();
                house.order.publish(&fulfil(&house, *order, &[("JUG", 1), ("CUP", 1)]));
            }
            let (stock, cx) = (house.stock(), buyer());
            let commits = join_all(orders.iter().map(|order| stock.commit(&cx, *order)));
            let (commits, ()) = join(commits, house.settle()).await;
            commits.into_iter().for_each(Result::unwrap);
        }
        assert_eq!(house.level("CUP").await, "800/0/200/600");
        house.prove().await;
    }

    /// Whoever waited for a claim sees what became of its lines meanwhile.
    async fn a_commitment_waits_while_goods_leave(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        let order = house.new_order();
        house.hold(order, &[("CUP", 3)]).await.unwrap();
        let leaving = house.db.transact(|tx| async move {
            tx.rows("SELECT 1 FROM claim {for_update}", []).await?;
            tx.run("UPDATE claim SET lines = '[[\"CUP\", 3, 2]]'", []).await?;
            tx.run("UPDATE level SET on_hand = on_hand - 1", []).await?;
            tx.run("INSERT INTO ledger (sku, kind, delta_on_hand, delta_held, delta_committed, order_id, actor, at) \
                    SELECT 'CUP', 'fulfil', -1, -1, 0, order_id, 'system:order', created_at FROM claim", []).await?;
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok::<_, DbError>(())
        });
        let (stock, cx) = (house.stock(), buyer());
        let commit = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            stock.commit(&cx, order).await
        };
        let (left, committed) = join(leaving, commit).await;
        left.unwrap();
        committed.unwrap();
        assert_eq!(house.level("CUP").await, "9/0/2/7");
        house.prove().await;
    }
}

/// Two processes share the stock. Their crowds name the same SKUs in opposite orders, and some of the same orders.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crowds_of_two_processes() {
    let Some(house) = House::on_postgres().await else { return };
    let lines: Lines = &[("A", 1), ("B", 1), ("C", 1), ("D", 2)];
    let backwards: Lines = &[("D", 2), ("C", 1), ("B", 1), ("A", 1)];
    let house = Arc::new(house.stocked(&[("A", 900), ("B", 900), ("C", 300), ("D", 1_800)]).await);
    let next_door = Arc::new(house.next_door().await);
    let shared: Arc<Vec<OrderId>> = Arc::new((0..100).map(|_| house.new_order()).collect());
    let mut rounds = JoinSet::new();
    for (house, lines) in [(house.clone(), lines), (next_door, backwards)] {
        let shared = shared.clone();
        rounds.spawn(async move {
            let mut sold = Vec::new();
            for round in shared.chunks(10) {
                let own: Vec<OrderId> = (0..40).map(|_| house.new_order()).collect();
                let (stock, cx) = (house.stock(), buyer());
                let held = join_all(own.iter().chain(round).map(|order| house.hold(*order, lines))).await;
                let held = own.iter().chain(round).zip(held);
                let taken: Vec<OrderId> = held.filter(|(_, held)| is_sold(held)).map(|(order, _)| *order).collect();
                let (kept, given) = taken.split_at(taken.len() / 2);
                // Shared orders may be committed here and given back there.
                let commits = join_all(kept.iter().map(|order| stock.commit(&cx, *order)));
                let releases = join_all(given.iter().rev().map(|order| stock.release(&cx, *order)));
                let (commits, releases) = join(commits, releases).await;
                for commit in commits {
                    assert!(matches!(commit, Ok(()) | Err(PortError::Refused(StockRefusal::Released { .. }))));
                }
                releases.into_iter().for_each(Result::unwrap);
                sold.extend(taken);
            }
            sold.len()
        });
    }
    assert!(rounds.join_all().await.into_iter().sum::<usize>() >= 300);
    house.prove().await;
    assert_eq!(house.count("SELECT COUNT(*) FROM claim WHERE status = 'held'").await, 0);
}

fn is_sold(answer: &PortResult<Held, StockRefusal>) -> bool {
    match answer {
        Ok(_) => true,
        Err(PortError::Refused(StockRefusal::OutOfStock { .. } | StockRefusal::Released { .. })) => false,
        Err(other) => panic!("{other:?}"),
    }
}

/// `SKU requested/available` for each line that could not be met.
fn short(answer: &PortResult<Held, StockRefusal>) -> Option<String> {
    match answer {
        Ok(_) => None,
        Err(PortError::Refused(StockRefusal::OutOfStock { lines })) => {
            let line =
                |line: &inventory_contract::Shortage| format!("{} {}/{}", line.sku, line.requested, line.available);
            Some(lines.iter().map(line).collect::<Vec<_>>().join(", "))
        }
        Err(other) => panic!("{other:?}"),
    }
}

fn confirmed(house: &House, order: OrderId) -> OrderEvent {
    OrderEvent::from(OrderConfirmed {
        order,
        number: "1000001".to_owned(),
        total: kernel::Money::new(100, kernel::Currency::GBP),
        payment: house.db.seams().id(),
        lines: Vec::new(),
    })
}
