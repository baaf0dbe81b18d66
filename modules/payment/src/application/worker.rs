use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

use super::PaymentService;
use crate::{
    error::PaymentError,
    persistence::{KeptPayment, query, store},
};

/// Providers are asked so many things at a time.
const AT_ONCE: usize = 16;
const BATCH: i64 = 64;

/// A payment whose money is set aside is looked at for so long, because its capture is expected soon.
const REST: Duration = Duration::from_mins(1);

/// The tables are looked at this often, whether or not somebody says that there is news.
const POLL: Duration = Duration::from_secs(1);
const SHORTEST_WAIT: Duration = Duration::from_millis(20);

/// After news the first looks come quickly: whoever brings news wakes the worker just before its commit.
const EAGER: [Duration; 5] = [
    Duration::from_millis(1),
    Duration::from_millis(3),
    Duration::from_millis(10),
    Duration::from_millis(30),
    Duration::from_millis(100),
];

impl PaymentService {
    /// Ends what is unsettled, until told to stop: queued voids and refunds, answers that got lost, payments whose
    /// caller died, pending ones whose webhook never came.
    pub(crate) async fn work(self: Arc<Self>, stop: CancellationToken) {
        let mut eager = EAGER.iter();
        while !stop.is_cancelled() {
            let wait = match self.pass().await {
                Ok(0) => match eager.next() {
                    Some(&soon) => soon,
                    None => self.until_next().await.unwrap_or(POLL),
                },
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(?error, "unsettled payments could not be looked at; trying again");
                    POLL
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.news.notified() => eager = EAGER.iter(),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Takes up everything that is due; answers how much was asked of providers.
    pub(crate) async fn pass(&self) -> Result<usize, PaymentError> {
        let (left_behind, at_rest): (Vec<_>, Vec<_>) = query::left_behind(&self.db, (self.config.lease(), REST), BATCH)
            .await?
            .into_iter()
            .partition(|kept| kept.under_way().is_some());
        let rested = self.leave(&at_rest).await?;
        let mut due = query::due(&self.db, self.db.seams().now(), BATCH).await?;
        due.extend(left_behind.iter().filter_map(KeptPayment::under_way));
        let asked = stream::iter(due)
            .map(|id| async move {
                match self.carry_out(id).await {
                    Ok(outcome) => usize::from(outcome.is_some()),
                    Err(error) => {
                        tracing::warn!(attempt = %id, ?error, "an attempt could not be carried out");
                        0
                    }
                }
            })
            .buffer_unordered(AT_ONCE)
            .fold(0, |sum, asked| async move { sum + asked })
            .await;
        Ok(asked + rested)
    }

    /// Looks no more at plain payments of which nothing is under way, until a capture starts.
    async fn leave(&self, at_rest: &[KeptPayment]) -> Result<usize, PaymentError> {
        if !at_rest.is_empty() {
            self.db.transact(|tx| async move { store::leave(&tx, at_rest).await }).await?;
        }
        Ok(at_rest.len())
    }

    async fn until_next(&self) -> Result<Duration, PaymentError> {
        let next = query::next_due(&self.db).await?;
        let wait = next.and_then(|next| (next - self.db.seams().now()).to_std().ok());
        Ok(match next {
            None => POLL,
            Some(_) => wait.unwrap_or_default().clamp(SHORTEST_WAIT, POLL),
        })
    }
}
