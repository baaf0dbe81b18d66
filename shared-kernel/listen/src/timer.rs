//! One timer for all deadlines of a connection.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::time::{Instant, Sleep, sleep_until};

/// Wakes its task at a deadline or before it. It is set again as seldom as possible: most deadlines are never
/// reached, and an early wake costs less than a timer that moves with every request.
#[derive(Debug, Default)]
pub(crate) struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    pub(crate) fn wake_by(&mut self, deadline: Instant, cx: &mut Context<'_>) {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.is_elapsed() || sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        while let Poll::Ready(()) = sleep.as_mut().poll(cx) {
            if sleep.deadline() >= deadline {
                cx.waker().wake_by_ref();
                return;
            }
            sleep.as_mut().reset(deadline);
        }
    }

    /// Whether it will wake the task some time.
    pub(crate) fn is_set(&self) -> bool {
        self.0.as_ref().is_some_and(|sleep| !sleep.is_elapsed())
    }
}
