//! Many orders at once write together, and nobody bears another's oddness.

use futures_util::future::join_all;
use kernel::{AttemptId, Currency, Money, OrderId, PaymentId};
use kernel_db::Dialect;
use tokio::sync::Notify;

use super::harness::{Store, Storm, calm, said};
use crate::{
    Config,
    application::{ask::Outcome, service::instruction},
    domain::{Asked, Attempt, Final, Operation, Payment},
    error::PaymentError,
    persistence::store,
    provider::{Instruction, Verdict, follow},
};

const TOKENS: [(&str, &str); 5] = [
    ("tok_approve", "authorized 100 0 0"),
    ("tok_decline", "payment-declined"),
    ("tok_approve", "authorized 100 0 0"),
    ("tok_pending_then_approve", "pending 0 0 0"),
    ("tok_timeout_then_approve", "authorized 100 0 0"),
];
const MANY: usize = 200;

/// That `many` rows were written by few statements: all of one statement bear one time.
async fn written_together(store: &Store, many: i64, rows: &str) {
    let (table, time) = rows.split_once(' ').unwrap();
    let (time, condition) = time.split_once(' ').unwrap_or((time, "true"));
    let sql = format!("SELECT COUNT(*) FROM {table} WHERE {condition}");
    assert_eq!(store.count(&sql, []).await, many, "{rows}");
    let sql = format!("SELECT COUNT(DISTINCT {time}) FROM {table} WHERE {condition}");
    let statements = store.count(&sql, []).await;
    assert!(statements <= many / 4, "{:?}: {many} rows of {rows} took {statements} statements", store.db);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_orders_share_their_statements() {
    let _calm = calm().await;
    let config = Config { provider_timeout_ms: 2_000, ..Config::for_testing() };
    for store in Store::each(config).await {
        let orders: Vec<OrderId> = (0..MANY).map(|_| store.order()).collect();
        let tokens = || TOKENS.iter().cycle();
        let authorized = orders.iter().zip(tokens()).map(|(&order, (token, _))| store.authorize(order, token, 100));
        for (answer, (token, expected)) in join_all(authorized).await.iter().zip(tokens()) {
            assert_eq!(said(answer), *expected, "{token}");
        }
        // What is pending has not been written since it was claimed.
        written_together(&store, 40, "payment updated_at status = 'pending'").await;
        written_together(&store, 200, "simulated_ledger created_at").await;
        written_together(&store, 120, "ledger posted_at").await;

        store.run();
        let good: Vec<OrderId> =
            orders.iter().zip(tokens()).filter(|(_, (token, _))| *token != "tok_decline").map(|(&it, _)| it).collect();
        for &order in &good {
            store.until(order, "authorized 100 0 0").await;
        }
        let captured = join_all(good.iter().map(|&order| store.capture(order))).await;
        assert!(captured.iter().all(|answer| said(answer) == "captured 100 100 0"), "{captured:?}");
        written_together(&store, 120, "payment capture_at capture_at IS NOT NULL").await;
        written_together(&store, 40, "attempt created_at operation = 'capture'").await;
        written_together(&store, 160, "simulated_ledger created_at operation = 'capture'").await;
        written_together(&store, 160, "ledger posted_at operation = 'capture'").await;
        for (&order, (token, _)) in orders.iter().zip(tokens()) {
            let events: &[&str] = match *token {
                "tok_decline" => &["payment.declined.v1"],
                _ => &["payment.authorized.v1", "payment.captured.v1"],
            };
            assert_eq!(store.events(order).await, events, "{token}");
        }
        store.stop().await;
        store.is_sound().await;
    }
}

/// Whoever serves a crowd dies before its commit: nobody has anything, nobody is told so, and all of it is ended.
#[tokio::test]
async fn a_crowd_survives_whoever_serves_it() {
    let mut storm = Storm::rises().await;
    for mut store in Store::each(Config::for_testing()).await {
        let orders: Vec<OrderId> = (0..20).map(|_| store.order()).collect();
        storm.with("payment.before_commit", "panic");
        let answers = join_all(orders.iter().map(|&order| store.authorize(order, "tok_approve", 100))).await;
        storm.abates();
        for (&order, answer) in orders.iter().zip(&answers) {
            assert_eq!(said(answer), "unavailable, executed Maybe");
            assert_eq!(store.standing(order).await, "pending 0 0 0");
        }
        store.restart();
        store.time_passes();
        store.run();
        for &order in &orders {
            store.until(order, "authorized 100 0 0").await;
            assert_eq!(store.done(order, "authorize").await, 1);
        }
        store.stop().await;
        store.is_sound().await;
    }
}

/// A payment that is claimed, whose provider has approved it, and nobody has written that down.
async fn approved(store: &Store) -> (Payment, Attempt) {
    let (service, seams) = (store.payment.service(), store.db.seams());
    let words = ("simulated".to_owned(), "tok_approve".to_owned());
    let amount = Money::new(100, Currency::GBP);
    let by_test = Asked { by: "test".to_owned(), correlation: None, traceparent: None, at: seams.now() };
    let payment = Payment::asked_for(seams.id(), store.order(), words, amount, by_test);
    assert!(service.claim(&payment).await.unwrap());
    let attempt = service.authorization(&payment);
    assert_eq!(asked(store, &instruction(&payment, &attempt)).await, Verdict::Approved);
    (payment, attempt)
}

async fn asked(store: &Store, instruction: &Instruction) -> Verdict {
    follow(store.payment.service().provider("simulated").unwrap().as_ref(), instruction).await.unwrap()
}

async fn settled(store: &Store, (payment, attempt): &(Payment, Attempt)) -> Result<Payment, PaymentError> {
    store.payment.service().settle(payment, attempt, &Outcome::Final(Final::Approved)).await
}

/// Makes the odd one odd, once all are approved.
async fn make_odd(store: &Store, oddness: &str, (payment, attempt): &mut (Payment, Attempt)) {
    let by_hand = async |sql: &str| {
        let id = payment.id.uuid();
        store.db.transact(|tx| async move { tx.run(sql, [id.into()]).await }).await.unwrap();
    };
    match oddness {
        "given up" => assert!(store.void(payment.order).await.is_some()),
        "settled before" => assert!(settled(store, &(payment.clone(), attempt.clone())).await.is_ok()),
        "of another version" => by_hand("UPDATE payment SET version = 3 WHERE id = ?").await,
        "an attempt that had succeeded" => {
            by_hand(
                "INSERT INTO attempt (id, payment_id, operation, currency, amount, status, asked_by, tries, \
                 created_at, updated_at) SELECT id, id, 'authorize', currency, amount, 'succeeded', 'test', 1, \
                 created_at, updated_at FROM payment WHERE id = ?",
            )
            .await;
            by_hand("UPDATE payment SET plain = 0, lease_until = NULL WHERE id = ?").await;
        }
        "unknown" => payment.id = store.db.seams().id(),
        "a contradiction" => attempt.operation = Operation::Capture,
        _ => panic!("{oddness}?"),
    }
}

/// On one thread all commands that are submitted at once are one batch.
#[tokio::test]
async fn an_odd_one_leaves_the_others_alone() {
    let _calm = calm().await;
    for (oddness, answer, standing, attempts) in [
        ("given up", "voiding", "authorized 100 0 0", &["authorize succeeded", "void queued"][..]),
        ("settled before", "authorized", "authorized 100 0 0", &["authorize succeeded"]),
        ("of another version", "authorized", "authorized 100 0 0", &["authorize succeeded"]),
        ("an attempt that had succeeded", "pending", "pending 0 0 0", &["authorize succeeded"]),
        ("unknown", "there is no such payment", "pending 0 0 0", &["authorize started"]),
        (
            "a contradiction",
            "a payment that is pending cannot become captured",
            "pending 0 0 0",
            &["authorize started"],
        ),
    ] {
        for store in Store::each(Config::for_testing()).await {
            let mut crowd = join_all((0..9).map(|_| approved(&store))).await;
            let order = crowd[4].0.order;
            make_odd(&store, oddness, &mut crowd[4]).await;
            let answers = join_all(crowd.iter().map(|one| settled(&store, one))).await;
            for (place, ((payment, _), answered)) in crowd.iter().zip(&answers).enumerate() {
                let answered = match answered {
                    Ok(payment) => payment.charge().status.as_str().to_owned(),
                    Err(error) => error.to_string(),
                };
                if place == 4 {
                    assert_eq!(answered, answer, "{oddness}");
                } else {
                    assert_eq!(answered, "authorized", "beside one that is {oddness}");
                    assert_eq!(store.events(payment.order).await, ["payment.authorized.v1"]);
                }
            }
            assert_eq!(store.standing(order).await, standing, "{oddness}");
            assert_eq!(store.attempts(order).await, attempts, "{oddness}");
            let sql = "SELECT COUNT(DISTINCT posted_at) FROM ledger WHERE payment_id <> ?";
            let statements = store.count(sql, [crowd[4].0.id.uuid().into()]).await;
            assert_eq!(statements, 1, "{oddness}");
        }
    }
}

/// Another process is at one of the payments, for as long as it takes the others to end.
#[tokio::test]
async fn a_locked_payment_holds_nobody_else_up() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        if store.db.dialect() == Dialect::Sqlite {
            continue; // Whoever writes there is alone.
        }
        let mut crowd = join_all((0..5).map(|_| approved(&store))).await;
        let (odd, store) = (crowd.remove(2), &store);
        for word in ["authorized", "captured"] {
            let ended = async |one: &(Payment, Attempt)| match word {
                "authorized" => settled(store, one).await.unwrap().charge().status.as_str(),
                _ => store.capture(one.0.order).await.unwrap().status.as_str(),
            };
            let (locked, freed) = (Notify::new(), Notify::new());
            let (locked, freed, id) = (&locked, &freed, odd.0.id);
            let elsewhere = store.db.transact(|tx| async move {
                let payment = store::lock(&tx, id).await?;
                locked.notify_one();
                freed.notified().await;
                Ok::<_, PaymentError>(payment)
            });
            let others = async {
                assert_eq!(join_all(crowd.iter().map(&ended)).await, [word; 4]);
                freed.notify_one();
            };
            let here = async {
                locked.notified().await;
                tokio::join!(ended(&odd), others).0
            };
            let (elsewhere, odd) = tokio::join!(elsewhere, here);
            assert_eq!((elsewhere.unwrap().unwrap().payment.id, odd), (id, word));
        }
        store.is_sound().await;
    }
}

#[tokio::test]
async fn two_endings_of_one_payment_are_one() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let mut crowd = join_all((0..3).map(|_| approved(&store))).await;
        crowd.extend(crowd.clone());
        for answer in join_all(crowd.iter().map(|one| settled(&store, one))).await {
            assert_eq!(answer.unwrap().charge().status.as_str(), "authorized");
        }
        for (payment, _) in &crowd {
            assert_eq!(store.events(payment.order).await, ["payment.authorized.v1"]);
        }
        store.is_sound().await;
    }
}

#[tokio::test]
async fn an_order_is_claimed_once_in_a_crowd() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let orders = [(); 5].map(|()| store.order());
        let answers = join_all(orders.iter().chain(&orders).map(|&it| store.authorize(it, "tok_approve", 100))).await;
        assert!(answers.iter().all(|answer| said(answer) == "authorized 100 0 0"), "{answers:?}");
        for order in orders {
            assert_eq!((store.done(order, "authorize").await, store.events(order).await.len()), (1, 1));
        }
        store.is_sound().await;
    }
}

#[tokio::test]
async fn a_capture_that_cannot_be_started_leaves_the_others_alone() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let [good, other, nobody, declined, unwanted] = [(); 5].map(|()| store.order());
        let (before, _) = store.paid(100).await;
        for (order, token) in [(good, "tok_approve"), (other, "tok_approve"), (unwanted, "tok_approve")] {
            store.authorize(order, token, 100).await.unwrap();
        }
        store.authorize(declined, "tok_decline", 100).await.unwrap_err();
        store.void(unwanted).await;
        let orders = [good, nobody, declined, good, unwanted, before, other];
        let answers = join_all(orders.map(|order| store.capture(order))).await;
        let captured = "captured 100 100 0";
        assert_eq!(
            answers.iter().map(said).collect::<Vec<_>>(),
            [captured, "no-payment", "illegal-move", captured, "payment-voided", captured, captured]
        );
        for order in [good, other, before] {
            assert_eq!((store.done(order, "capture").await, store.events(order).await.len()), (1, 2));
        }
        store.is_sound().await;
    }
}

/// The provider's books by themselves: however many ask at once, there is only so much to take.
#[tokio::test]
async fn a_crowd_does_not_take_twice() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let id = |id: PaymentId| AttemptId::new(id.uuid());
        let (first, second) = (approved(&store).await.0, approved(&store).await.0);
        let take = |payment: &Payment, reference: AttemptId, minor: i64| Instruction {
            operation: Operation::Capture,
            reference,
            payment: payment.id,
            order: payment.order,
            amount: Money::new(minor, Currency::GBP),
            token: None,
        };
        let references = [(); 5].map(|()| id(store.db.seams().id()));
        let mut unknown = first.clone();
        unknown.id = store.db.seams().id();
        let asks = [
            take(&first, references[0], 60),
            take(&second, references[1], 100),
            take(&first, references[2], 60),
            take(&second, references[1], 100),
            take(&unknown, references[3], 1),
            take(&first, references[4], 40),
        ];
        let verdicts = join_all(asks.iter().map(|ask| asked(&store, ask))).await;
        let approved: Vec<bool> = verdicts.iter().map(|verdict| *verdict == Verdict::Approved).collect();
        assert_eq!(approved, [true, true, false, true, false, true]);
        let taken = "SELECT CAST(SUM(amount) AS BIGINT) FROM simulated_ledger WHERE operation = 'capture'";
        assert_eq!(store.count(taken, []).await, 200);
        // Asked again, it answers the same.
        assert_eq!(join_all(asks.iter().map(|ask| asked(&store, ask))).await, verdicts);
    }
}
