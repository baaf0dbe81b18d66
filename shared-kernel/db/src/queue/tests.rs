use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::join_all;
use kernel::Seams;
use tokio::time::Instant;

use super::{BatchQueue, BatchWork, next_batch};
use crate::{Bus, Db, DbError, Durability, Target};

/// Doubles each number, leaves multiples of 1,001 out of a batch, fails a batch with a 13 in it, and panics at a 666.
#[derive(Default)]
struct Doubling {
    batches: AtomicUsize,
}

#[async_trait]
impl BatchWork for Doubling {
    type Command = u64;
    type Outcome = u64;
    type Error = DbError;

    async fn carry_out(&self, _: &Db, batch: &[Arc<u64>]) -> Result<Vec<Option<u64>>, DbError> {
        self.batches.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(batch.iter().all(|number| **number != 666), "as this test wants it");
        if batch.iter().any(|number| **number == 13) {
            return Err(DbError::corrupt("number", "13"));
        }
        if let [alone] = batch
            && alone.is_multiple_of(1_001)
        {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let later = |number: u64| batch.len() > 1 && number.is_multiple_of(1_001);
        Ok(batch.iter().map(|number| (!later(**number)).then_some(**number * 2)).collect())
    }
}

async fn queue() -> (BatchQueue<Doubling>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite { file: folder.path().join("queue.db"), readers: 1 };
    let db = Db::open("queue", &target, Durability::Relaxed, Bus::default(), Seams::system()).await.unwrap();
    (BatchQueue::new(db, Doubling::default()), folder)
}

#[test]
fn the_policy() {
    for (waiting, size) in [(0, 0), (1, 1), (255, 255), (256, 256), (257, 256), (10_000, 256)] {
        assert_eq!(next_batch(waiting), size, "{waiting} wait");
    }
}

#[tokio::test]
async fn each_command_has_its_own_outcome_and_many_share_a_batch() {
    let (queue, _folder) = queue().await;
    let outcomes = join_all((1_000..2_000_u64).map(|number| queue.submit(number))).await;
    for (number, outcome) in (1_000..2_000_u64).zip(outcomes) {
        assert_eq!(outcome.unwrap(), number * 2);
    }
    let batches = queue.work().batches.load(Ordering::Relaxed);
    assert!((4..=8).contains(&batches), "1,000 in batches of at most 256 took {batches}");
}

#[tokio::test]
async fn no_command_bears_the_error_of_another() {
    let (queue, _folder) = queue().await;
    let outcomes = join_all((10..20_u64).map(|number| queue.submit(number))).await;
    for (number, outcome) in (10..20_u64).zip(outcomes) {
        assert_eq!(outcome.is_ok(), number != 13, "{number}");
    }
}

#[tokio::test]
async fn a_command_that_waits_holds_no_other_up() {
    let (queue, _folder) = queue().await;
    let (began, slowest) = (Instant::now(), Mutex::new(Duration::ZERO));
    join_all((1_000..1_010_u64).map(|number| {
        let (queue, slowest) = (&queue, &slowest);
        async move {
            assert_eq!(queue.submit(number).await.unwrap(), number * 2);
            if number != 1_001 {
                let mut slowest = slowest.lock().unwrap();
                *slowest = began.elapsed().max(*slowest);
            }
        }
    }))
    .await;
    let slowest = *slowest.lock().unwrap();
    assert!(slowest < Duration::from_millis(400) && began.elapsed() >= Duration::from_millis(500), "{slowest:?}");
}

#[tokio::test]
async fn a_command_is_carried_out_when_its_caller_has_gone() {
    let (queue, _folder) = queue().await;
    let hasty = tokio::time::timeout(Duration::from_millis(1), queue.submit(7)).await;
    assert!(hasty.is_err());
    assert_eq!(queue.submit(8).await.unwrap(), 16);
    assert_eq!(queue.work().batches.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn the_next_command_is_carried_out_after_a_panic() {
    let (queue, _folder) = queue().await;
    assert!(queue.submit(666).await.is_err());
    assert_eq!(queue.submit(7).await.unwrap(), 14);
}
