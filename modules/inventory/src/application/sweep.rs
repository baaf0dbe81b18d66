use futures_util::{StreamExt, TryStreamExt, stream};
use inventory_contract::{HoldExpired, InventoryEvent};
use kernel::{CallContext, OrderId};
use kernel_db::{guard, outbox};

use super::Stockroom;
use crate::{
    error::InventoryError,
    persistence::{
        claim,
        post::{self, Note, Posting},
        read,
    },
};

/// Holds looked at in one go.
const BATCH: i64 = 200;

/// Holds expired at the same time; on SQLite they share a commit.
const AT_ONCE: usize = 8;

impl Stockroom {
    /// Gives back the units of every hold whose time is over; answers how many holds that were.
    ///
    /// Each hold is a transaction of its own: levels are then locked in the order of SKUs, as everywhere, and
    /// a sweep that is killed has lost nothing. Several processes may sweep at once; each hold expires once.
    pub(crate) async fn sweep(&self) -> Result<usize, InventoryError> {
        let mut swept = 0;
        loop {
            let lapsed = read::lapsed(&self.db, self.db.seams().now(), BATCH).await?;
            let expired: usize = stream::iter(lapsed)
                .map(|order| self.expire(order))
                .buffer_unordered(AT_ONCE)
                .try_fold(0, |sum, expired| async move { Ok(sum + usize::from(expired)) })
                .await?;
            swept += expired;
            if expired == 0 {
                return Ok(swept);
            }
        }
    }

    async fn expire(&self, order: OrderId) -> Result<bool, InventoryError> {
        let note = &Note::of(&CallContext::system("inventory"));
        let now = self.db.seams().now();
        self.db
            .transact(|tx| async move {
                let Some((mut held, version)) = claim::expire_held(&tx, order, now).await? else { return Ok(false) };
                let entries = held.expire().unwrap_or_default();
                post::post(&tx, &[Posting { note, entries }], Vec::new()).await?;
                let expired = InventoryEvent::from(HoldExpired { order });
                outbox::publish(&tx, &note.cause, &[(version, expired)])?;
                guard::pass("stock.sweep.before_commit");
                Ok(true)
            })
            .await
    }
}
