//! Who waits for the end of which placing. The end may come in another task than the one that began it.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use kernel::OrderId;
use kernel_db::idempotency::Answer;
use tokio::sync::oneshot;

type Listeners = HashMap<OrderId, oneshot::Sender<Answer>>;

#[derive(Debug, Clone, Default)]
pub(super) struct Waiting(Arc<Mutex<Listeners>>);

/// Comes with the answer. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Listening {
    order: OrderId,
    waiting: Waiting,
    answer: oneshot::Receiver<Answer>,
}

impl Waiting {
    pub(super) fn listen(&self, order: OrderId) -> Listening {
        let (sender, answer) = oneshot::channel();
        self.listeners().insert(order, sender);
        Listening { order, waiting: self.clone(), answer }
    }

    /// Tells whoever waits for `order`, if anyone still does.
    pub(super) fn tell(&self, order: OrderId, answer: Answer) {
        if let Some(listener) = self.listeners().remove(&order) {
            let _ = listener.send(answer);
        }
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listening {
    pub(super) const fn order(&self) -> OrderId {
        self.order
    }
}

impl Future for Listening {
    /// `None` when the answer will never come.
    type Output = Option<Answer>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(cx).map(Result::ok)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.waiting.listeners().remove(&self.order);
    }
}
