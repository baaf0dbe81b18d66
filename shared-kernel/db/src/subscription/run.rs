//! Steps until told to stop, and says what keeps it from getting on.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{BATCH, CursorState, Step, Subscription};
use crate::{DbError, SubscriptionFailure, parking};

/// The log is read this often, whatever the bus says.
const POLL: Duration = Duration::from_secs(1);

impl Subscription {
    /// Why it does not get on, as far as it runs in this process.
    pub fn failure(&self) -> Option<SubscriptionFailure> {
        self.db.inner.failures.of((self.consumer, self.source()))
    }

    /// Applies events until told to stop.
    ///
    /// A feed that went back or has lost what comes next is not read on: it says so, again and again, until a person
    /// has mended the feed or moved the cursor. Of several processes one applies; the others look once a poll whether
    /// it still does.
    pub async fn run(self, stop: CancellationToken) {
        let mut news = self.feed.news();
        let mut pauses = pauses();
        let (mut standing, mut look_at) = (None, Instant::now());
        while !stop.is_cancelled() {
            news.mark_unchanged();
            let round = self.round(&mut standing, &mut look_at).await;
            self.tell(round.as_ref().err());
            if round.is_ok() {
                pauses = self::pauses();
            }
            let (wait, may_be_woken) = match round {
                Ok(Step::Applied(events)) if u64::try_from(events).is_ok_and(|events| events >= BATCH) => continue,
                Ok(Step::SetAside(_)) => continue,
                Ok(Step::Applied(_) | Step::Idle) => (POLL, true),
                Ok(Step::Elsewhere) => (POLL, false),
                Err(error) => (pauses.next().unwrap_or(POLL), !error.strands_reader()),
            };
            let wait = wait.min(look_at.saturating_duration_since(Instant::now()));
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
                Ok(()) = news.changed(), if may_be_woken => {}
            }
        }
        if let Err(error) = self.rest(&mut standing).await {
            tracing::debug!(subscription = ?self, %error, "it will read again what did not concern it");
        }
    }

    /// One batch; and at `look_at`, or when one has just been set aside, the held events whose time has come. While a
    /// feed is away these go on. At `look_at` the cursor follows too.
    async fn round(&self, standing: &mut Option<CursorState>, look_at: &mut Instant) -> Result<Step, DbError> {
        let due = *look_at <= Instant::now();
        if due {
            *look_at = Instant::now() + POLL;
        }
        let step = self.step_from(standing).await;
        if step.as_ref().is_err_and(DbError::strands_reader) {
            return step;
        }
        if due {
            self.rest(standing).await?;
            if matches!(step, Ok(Step::Idle)) {
                self.look_for_seek(standing).await?;
            }
        }
        if matches!(step, Ok(Step::SetAside(_))) || due {
            let retried = parking::retry_due(self).await?;
            *look_at = Instant::now() + parking::next_wait(self).await.unwrap_or(POLL).min(POLL);
            if retried > 0 {
                return Ok(Step::SetAside(retried));
            }
        }
        step
    }

    /// Keeps what is wrong for whoever asks, and says it in the log once in a while.
    fn tell(&self, error: Option<&DbError>) {
        let (key, failures) = ((self.consumer, self.source()), &self.db.inner.failures);
        match error {
            None if failures.clear(key) => tracing::info!(subscription = ?self, "events are applied again"),
            None => {}
            Some(error) if !failures.note(key, error, self.db.seams().now()) => {}
            Some(error @ (DbError::FeedWentBack { .. } | DbError::FeedRetired { .. })) => {
                tracing::error!(subscription = ?self, %error, "no event is applied any more");
            }
            Some(error @ DbError::FeedRefused { .. }) => {
                tracing::error!(subscription = ?self, %error, "events cannot be read; trying again");
            }
            Some(error) => {
                tracing::warn!(subscription = ?self, ?error, "events could not be applied; trying again");
            }
        }
    }
}

/// How long to wait after a failure, and after the next.
fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(POLL / 2)
        .with_max_delay(POLL * 3)
        .without_max_times()
        .with_jitter()
        .build()
}
