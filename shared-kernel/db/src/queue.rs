//! One queue of commands for a module. What waits is carried out together, mostly in one transaction.
//!
//! A command that is submitted while nothing is under way starts a batch at once. The commands that come while a batch
//! is under way form the next one, so a quiet store waits for no timer, and a busy one shares statements and commits.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use futures_util::future::join_all;
use tokio::sync::oneshot;

use crate::{Db, DbError};

/// The most commands of one batch.
const MOST: usize = 256;

/// What a module does with a batch of its commands.
#[async_trait]
pub trait BatchWork: Send + Sync + 'static {
    type Command: Send + Sync + 'static;
    /// What one command comes to, a refusal included: it belongs to its command alone.
    type Outcome: Send + 'static;
    type Error: From<DbError> + Send + 'static;

    /// Carries out `batch`, mostly in one transaction: loads what it touches, decides each command in turn, and saves what has
    /// changed. Answers one outcome for each command, in their order.
    ///
    /// A command without an outcome has changed nothing: it is carried out alone, and no other command waits for it. So a
    /// batch may leave out what another process has locked; a batch of one waits for the lock, and always answers.
    ///
    /// # Errors
    ///
    /// Fails the whole batch, of which nothing is kept. Each of its commands is then carried out once more, alone, so that
    /// none bears another's error.
    async fn carry_out(&self, db: &Db, batch: &[Arc<Self::Command>])
    -> Result<Vec<Option<Self::Outcome>>, Self::Error>;
}

/// The queue of one module in one process. Cheap to clone.
pub struct BatchQueue<W: BatchWork> {
    inner: Arc<Inner<W>>,
}

struct Inner<W: BatchWork> {
    db: Db,
    work: W,
    state: Mutex<State<W>>,
}

struct State<W: BatchWork> {
    waiting: VecDeque<Submitted<W>>,
    is_running: bool,
}

struct Submitted<W: BatchWork> {
    command: Arc<W::Command>,
    outcome: oneshot::Sender<Result<W::Outcome, W::Error>>,
}

/// How many of the commands that wait form the next batch.
const fn next_batch(waiting: usize) -> usize {
    if waiting < MOST { waiting } else { MOST }
}

impl<W: BatchWork> BatchQueue<W> {
    pub fn new(db: Db, work: W) -> Self {
        let state = Mutex::new(State { waiting: VecDeque::new(), is_running: false });
        Self { inner: Arc::new(Inner { db, work, state }) }
    }

    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    pub fn work(&self) -> &W {
        &self.inner.work
    }

    /// Carries out `command`, and waits until that is durable. A command that was submitted is carried out even when the
    /// caller has stopped waiting.
    pub async fn submit(&self, command: W::Command) -> Result<W::Outcome, W::Error> {
        let (outcome, answered) = oneshot::channel();
        if self.inner.add(Submitted { command: Arc::new(command), outcome }) {
            let runner = Runner { queue: Arc::clone(&self.inner), is_over: false };
            #[expect(
                clippy::disallowed_methods,
                reason = "the caller may go; the other commands must still be carried out"
            )]
            tokio::spawn(runner.run());
        }
        let lost = || W::Error::from(DbError::CommitLost("the batch broke off".to_owned()));
        answered.await.unwrap_or_else(|_| Err(lost()))
    }
}

impl<W: BatchWork> Clone for BatchQueue<W> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<W: BatchWork> Inner<W> {
    /// `true` when no runner is under way.
    fn add(&self, submitted: Submitted<W>) -> bool {
        let mut state = self.lock();
        state.waiting.push_back(submitted);
        !std::mem::replace(&mut state.is_running, true)
    }

    /// The next batch. An empty one ends the runner.
    fn next(&self) -> Vec<Submitted<W>> {
        let mut state = self.lock();
        let size = next_batch(state.waiting.len());
        state.is_running = size > 0;
        state.waiting.drain(..size).collect()
    }

    async fn carry_out(&self, batch: &[Arc<W::Command>]) -> Result<Vec<Option<W::Outcome>>, W::Error> {
        self.work.carry_out(&self.db, batch).await
    }

    async fn carry_out_alone(&self, command: Arc<W::Command>) -> Result<W::Outcome, W::Error> {
        let outcomes = self.carry_out(&[command]).await?;
        let missing = || W::Error::from(DbError::CommitLost("a command has no outcome".to_owned()));
        outcomes.into_iter().next().flatten().ok_or_else(missing)
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries out batch after batch until no command waits. When it breaks off, the commands under way and those that wait
/// learn that their outcome is lost, and the next command starts another runner.
struct Runner<W: BatchWork> {
    queue: Arc<Inner<W>>,
    is_over: bool,
}

impl<W: BatchWork> Runner<W> {
    async fn run(mut self) {
        // Commands that are about to be submitted in this turn of the scheduler join the batch.
        tokio::task::yield_now().await;
        loop {
            let batch = self.queue.next();
            self.is_over = batch.is_empty();
            if self.is_over {
                return;
            }
            self.carry_out(batch).await;
        }
    }

    async fn carry_out(&self, batch: Vec<Submitted<W>>) {
        let commands: Vec<_> = batch.iter().map(|submitted| Arc::clone(&submitted.command)).collect();
        match self.queue.carry_out(&commands).await {
            Ok(outcomes) => {
                for (submitted, outcome) in batch.into_iter().zip(outcomes) {
                    match outcome {
                        Some(outcome) => submitted.tell(Ok(outcome)),
                        None => self.carry_out_later(submitted),
                    }
                }
            }
            Err(error) if commands.len() == 1 => {
                if let Some(submitted) = batch.into_iter().next() {
                    submitted.tell(Err(error));
                }
            }
            Err(_) => {
                let alone = batch.into_iter().map(|submitted| carry_out_alone(&self.queue, submitted));
                // At the same time: a command that waits for a lock delays the batch once, and not each in turn.
                join_all(alone).await;
            }
        }
    }

    fn carry_out_later(&self, submitted: Submitted<W>) {
        let queue = Arc::clone(&self.queue);
        #[expect(
            clippy::disallowed_methods,
            reason = "the next batch does not wait for a command that waits for a lock"
        )]
        tokio::spawn(async move { carry_out_alone(&queue, submitted).await });
    }
}

async fn carry_out_alone<W: BatchWork>(queue: &Inner<W>, submitted: Submitted<W>) {
    let outcome = queue.carry_out_alone(Arc::clone(&submitted.command)).await;
    submitted.tell(outcome);
}

impl<W: BatchWork> Submitted<W> {
    /// A caller that has gone does not listen; its command is carried out all the same.
    fn tell(self, outcome: Result<W::Outcome, W::Error>) {
        let _ = self.outcome.send(outcome);
    }
}

impl<W: BatchWork> Drop for Runner<W> {
    fn drop(&mut self) {
        if !self.is_over {
            let mut state = self.queue.lock();
            state.waiting.clear();
            state.is_running = false;
        }
    }
}

#[cfg(test)]
mod tests;
