//! One answer per key, whatever the crowd.

use futures_util::future::join_all;
use kernel_db::{
    Db, DbError,
    idempotency::{Answer, Key, KeyRefusal, once},
};

use crate::harness::{Sabotage, alone, count, databases, together};

const TABLES: &str = "CREATE TABLE effect (n @int NOT NULL) @strict;";

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error("refused")]
    Refused,
}

fn key(name: &str, fingerprint: &str) -> Key {
    Key { scope: "guest".to_owned(), key: name.to_owned(), fingerprint: fingerprint.to_owned() }
}

async fn effect(db: &Db, key: &Key, n: i64) -> Result<Answer, Failure> {
    once(db, Some(key), |tx| async move {
        tx.run("INSERT INTO effect VALUES (?)", [n.into()]).await?;
        Ok(Answer::new(201, Some(format!("/effects/{n}")), &serde_json::json!({ "n": n }))?)
    })
    .await
}

async fn repeat_concurrently(db: &Db) -> (i64, usize) {
    let key = &key("once", "a");
    let answers = join_all((0..20).map(|n| effect(db, key, n))).await;
    let mut bodies: Vec<String> =
        answers.into_iter().map(|answer| answer.map_or_else(|error| error.to_string(), |answer| answer.body)).collect();
    bodies.sort();
    bodies.dedup();
    (count(db, "SELECT COUNT(*) FROM effect").await, bodies.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_repeats_have_one_effect_and_one_answer() {
    let turn = alone().await;
    for fresh in databases(&turn, TABLES).await {
        assert_eq!(repeat_concurrently(&fresh.db).await, (1, 1), "{:?}", fresh.db.dialect());
        let again = effect(&fresh.db, &key("once", "a"), 99).await.unwrap();
        assert!(again.replayed && again.status == 201 && again.location.is_some());
        let other = effect(&fresh.db, &key("once", "b"), 99).await;
        assert!(matches!(other, Err(Failure::Key(KeyRefusal::Reused))), "{other:?}");
    }
    // Control: without the unique row the same crowd has twenty effects.
    let _sabotage = Sabotage::of("idempotency::unique");
    for fresh in databases(&turn, TABLES).await {
        let (effects, answers) = repeat_concurrently(&fresh.db).await;
        assert!(effects == 20 && answers == 20, "{:?}: {effects} effects, {answers} answers", fresh.db.dialect());
    }
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        let key = &key("retry", "a");
        let refused = once(db, Some(key), |_tx| async move { Err(Failure::Refused) }).await;
        assert!(matches!(refused, Err(Failure::Refused)));
        assert!(!effect(db, key, 1).await.unwrap().replayed);
    }
}

#[tokio::test]
async fn old_answers_are_forgotten_and_young_ones_kept() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        effect(&fresh.db, &key("old", "a"), 1).await.unwrap();
        fresh.clock.advance(chrono::TimeDelta::days(31));
        effect(&fresh.db, &key("young", "a"), 2).await.unwrap();
        kernel_db::retention::forget_answers(&fresh.db, std::time::Duration::from_hours(30 * 24)).await.unwrap();
        assert_eq!(count(&fresh.db, "SELECT COUNT(*) FROM idempotency").await, 1);
        assert!(effect(&fresh.db, &key("young", "a"), 3).await.unwrap().replayed);
    }
}
