//! Does for a crowd at once what each of it asks for.
//!
//! Group commit shares the sync of many transactions; this shares their statements too. Whoever asks while
//! nothing is under way is served at once, alone. Whoever asks meanwhile waits, and all who wait are served
//! together, in one transaction whose every statement takes many rows. So a quiet store waits for nobody, and
//! the busier it is, the less each order costs.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{sync::oneshot, time::Instant};

use crate::DbError;

/// So many are served in one go.
const MOST: usize = 64;

/// After a crowd of several, the next gathers so many times as long as that one took. The orders of a busy store thereby
/// come to walk in step, and share more of their way; and the readers of its news find the writer free.
const PAUSE_FACTOR: u32 = 3;

/// But no longer than this.
const LONGEST_PAUSE: Duration = Duration::from_millis(30);

/// Each of a crowd, in the order in which they came.
pub type Asked<A> = Vec<Arc<A>>;

type Served<T, E> = Pin<Box<dyn Future<Output = Result<Vec<T>, E>> + Send>>;
type Serve<A, T, E> = Box<dyn Fn(Asked<A>) -> Served<T, E> + Send + Sync>;

/// A place where many ask for the same kind of thing. Cheap to clone.
pub struct Crowd<A, T, E> {
    inner: Arc<Inner<A, T, E>>,
}

struct Inner<A, T, E> {
    serve: Serve<A, T, E>,
    queue: Mutex<Queue<A, T, E>>,
}

struct Queue<A, T, E> {
    waiting: VecDeque<Waiting<A, T, E>>,
    is_served: bool,
}

struct Waiting<A, T, E> {
    ask: Arc<A>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<A, T, E> Crowd<A, T, E>
where
    A: Send + Sync + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    /// `serve` answers each of those who ask, in their order, and has had no effect when it fails: then each
    /// of them is served alone, so that nobody bears another's error.
    pub fn new<F, Fut>(serve: F) -> Self
    where
        F: Fn(Asked<A>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<T>, E>> + Send + 'static,
    {
        let serve: Serve<A, T, E> = Box::new(move |asked| Box::pin(serve(asked)));
        let queue = Mutex::new(Queue { waiting: VecDeque::new(), is_served: false });
        Self { inner: Arc::new(Inner { serve, queue }) }
    }

    /// Asks, and waits for the answer. What is asked for is done even when whoever asked has gone.
    pub async fn ask(&self, ask: A) -> Result<T, E> {
        let (answer, answered) = oneshot::channel();
        if self.inner.join(Waiting { ask: Arc::new(ask), answer }) {
            let service = Service { crowd: Arc::clone(&self.inner), is_over: false };
            #[expect(clippy::disallowed_methods, reason = "who asked may go; the others' answers must still come")]
            tokio::spawn(service.run());
        }
        let lost = || E::from(DbError::CommitLost("the work of several callers broke off".to_owned()));
        answered.await.unwrap_or_else(|_| Err(lost()))
    }
}

impl<A, T, E> Clone for Crowd<A, T, E> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<A, T, E> Inner<A, T, E> {
    /// Queues up; `true` when the crowd has nobody to serve it.
    fn join(&self, waiting: Waiting<A, T, E>) -> bool {
        let mut queue = self.lock();
        queue.waiting.push_back(waiting);
        !std::mem::replace(&mut queue.is_served, true)
    }

    /// Those who are served next; nobody when all have been, and then nobody serves any more.
    fn next(&self) -> Vec<Waiting<A, T, E>> {
        let mut queue = self.lock();
        let most = queue.waiting.len().min(MOST);
        queue.is_served = most > 0;
        queue.waiting.drain(..most).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Queue<A, T, E>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves the crowd until nobody waits. When it breaks off, those it was serving find their answer lost, and so do
/// those who wait; the next who asks is served again.
struct Service<A, T, E> {
    crowd: Arc<Inner<A, T, E>>,
    is_over: bool,
}

impl<A, T, E> Service<A, T, E>
where
    A: Send + Sync + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    async fn run(mut self) {
        // Whoever is about to ask in this turn of the scheduler may join.
        tokio::task::yield_now().await;
        loop {
            let crowd = self.crowd.next();
            self.is_over = crowd.is_empty();
            if self.is_over {
                return;
            }
            let (many, began) = (crowd.len() > 1, Instant::now());
            self.serve(crowd).await;
            if many {
                tokio::time::sleep((began.elapsed() * PAUSE_FACTOR).min(LONGEST_PAUSE)).await;
            }
        }
    }

    async fn serve(&self, crowd: Vec<Waiting<A, T, E>>) {
        let asked: Asked<A> = crowd.iter().map(|waiting| Arc::clone(&waiting.ask)).collect();
        let alone = asked.len() == 1;
        match (self.crowd.serve)(asked).await {
            Ok(answers) => {
                for (waiting, answer) in crowd.into_iter().zip(answers) {
                    // Whoever has gone does not listen; what was asked for is done.
                    let _ = waiting.answer.send(Ok(answer));
                }
            }
            Err(error) if alone => tell(crowd, error),
            Err(_) => {
                let alone = crowd.into_iter().map(|waiting| async move {
                    let answer = self.serve_alone(Arc::clone(&waiting.ask)).await;
                    let _ = waiting.answer.send(answer);
                });
                // At the same time: one that has to wait for a lock holds up the crowd once and not each in turn.
                join_all(alone).await;
            }
        }
    }

    async fn serve_alone(&self, ask: Arc<A>) -> Result<T, E> {
        let answers = (self.crowd.serve)(vec![ask]).await?;
        let missing = || E::from(DbError::CommitLost("there is no answer".to_owned()));
        answers.into_iter().next().ok_or_else(missing)
    }
}

impl<A, T, E> Drop for Service<A, T, E> {
    fn drop(&mut self) {
        if !self.is_over {
            let mut queue = self.crowd.lock();
            queue.waiting.clear();
            queue.is_served = false;
        }
    }
}

fn tell<A, T, E>(crowd: Vec<Waiting<A, T, E>>, error: E) {
    if let Some(waiting) = crowd.into_iter().next() {
        let _ = waiting.answer.send(Err(error));
    }
}

#[cfg(test)]
mod tests;
