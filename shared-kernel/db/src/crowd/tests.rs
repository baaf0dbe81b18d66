use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;

use super::{Asked, Crowd};
use crate::DbError;

/// Doubles what it is asked, refuses a crowd with a 13 in it, and counts how often it serves.
fn doubling(served: &Arc<AtomicUsize>) -> Crowd<u64, u64, DbError> {
    let served = Arc::clone(served);
    Crowd::new(move |asked: Asked<u64>| {
        served.fetch_add(1, Ordering::Relaxed);
        async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            if asked.iter().any(|ask| **ask == 13) {
                return Err(DbError::corrupt("number", "13"));
            }
            Ok(asked.iter().map(|ask| **ask * 2).collect())
        }
    })
}

#[tokio::test]
async fn each_gets_its_own_answer_and_many_are_served_together() {
    let served = Arc::default();
    let crowd = doubling(&served);
    let answers = join_all((100..600_u64).map(|ask| crowd.ask(ask))).await;
    for (ask, answer) in (100..600_u64).zip(answers) {
        assert_eq!(answer.unwrap(), ask * 2);
    }
    let served = served.load(Ordering::Relaxed);
    assert!((8..=16).contains(&served), "500 in crowds of at most 64 took {served}");
}

#[tokio::test]
async fn nobody_bears_anothers_error() {
    let crowd = doubling(&Arc::default());
    let answers = join_all((10..20_u64).map(|ask| crowd.ask(ask))).await;
    for (ask, answer) in (10..20_u64).zip(answers) {
        assert_eq!(answer.is_ok(), ask != 13, "{ask}");
    }
}

#[tokio::test]
async fn what_was_asked_is_done_even_when_whoever_asked_has_gone() {
    let served = Arc::default();
    let crowd = doubling(&served);
    let hasty = tokio::time::timeout(Duration::from_millis(1), crowd.ask(7)).await;
    assert!(hasty.is_err());
    assert_eq!(crowd.ask(8).await.unwrap(), 16);
    assert_eq!(served.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn after_a_panic_the_next_is_served() {
    let crowd: Crowd<u64, u64, DbError> = Crowd::new(|asked: Asked<u64>| async move {
        assert!(asked.iter().all(|ask| **ask != 13), "as this test wants it");
        Ok(asked.iter().map(|ask| **ask).collect())
    });
    assert!(crowd.ask(13).await.is_err());
    assert_eq!(crowd.ask(7).await.unwrap(), 7);
}
