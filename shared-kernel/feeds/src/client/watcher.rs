use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Fault, Line, RemoteFeed};
use crate::wire::FeedQuery;

/// The first and about the longest wait before a far side is asked again.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// An empty answer that comes sooner than this, and than it should, is one not to be asked for at once again.
const TOO_SOON: Duration = Duration::from_millis(200);

/// A far side that stays away is worth another line in the log after so long.
const TOLD_EVERY: Duration = Duration::from_mins(1);

impl RemoteFeed {
    /// Waits for events of the far side and wakes every reader in this process, until told to stop. To be run once for
    /// each module that is read; without it events arrive by polling.
    pub async fn watch(&self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.line.watch() => {}
        }
    }
}

impl Line {
    async fn watch(&self) {
        let mut pauses = pauses();
        let mut lost: Option<Instant> = None;
        let mut head = 0;
        loop {
            let began = Instant::now();
            let query = FeedQuery { after: head, limit: 1, wait_ms: self.wait_ms(), ..FeedQuery::default() };
            let found = match self.ask(&query).await {
                Ok(page) => Ok(page.head),
                Err(Fault::Stranded { head: Some(head), .. }) => Ok(head),
                Err(fault) => Err(fault),
            };
            match found {
                Ok(found) => {
                    let news = found != head;
                    head = found;
                    self.tell(head, news || lost.is_some());
                    if lost.take().is_some() {
                        tracing::info!(feed = self.source, head, "the feed is back");
                    }
                    if news || began.elapsed() > TOO_SOON {
                        pauses = self::pauses();
                        continue;
                    }
                }
                Err(fault) => self.complain(fault, &mut lost),
            }
            tokio::time::sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
        }
    }

    /// Wakes every reader, also when all that happened is that the far side is back.
    fn tell(&self, head: i64, news: bool) {
        self.reached.send_if_modified(|reached| {
            *reached = head;
            news
        });
    }

    fn complain(&self, fault: Fault, lost: &mut Option<Instant>) {
        if lost.is_none_or(|told_at| told_at.elapsed() > TOLD_EVERY) {
            let error = self.error(fault);
            tracing::warn!(feed = self.source, url = %self.url, %error, "a feed cannot be read; trying again");
            *lost = Some(Instant::now());
        }
    }
}

fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .without_max_times()
        .with_jitter()
        .build()
}
