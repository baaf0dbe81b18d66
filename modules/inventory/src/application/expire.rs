use futures_util::future::join_all;
use inventory_contract::{HoldExpired, InventoryEvent};
use kernel::{CallContext, OrderId};

use super::{
    InventoryService, UnitOfWork,
    command::{Command, Outcome},
};
use crate::{
    domain::Status,
    error::InventoryError,
    persistence::{hot::Note, query},
};

/// How many lapsed holds are looked for in one go.
const BATCH: i64 = 100;

impl InventoryService {
    /// Gives back the units of every hold whose time is over; answers how many holds that were.
    ///
    /// The holds are commands of the queue, so a sweep that is killed has lost nothing. Several processes may sweep at once;
    /// each hold expires once.
    pub(crate) async fn sweep(&self) -> Result<usize, InventoryError> {
        let mut swept = 0;
        loop {
            let lapsed = query::lapsed(&self.db, self.db.seams().now(), BATCH).await?;
            let outcomes = join_all(lapsed.into_iter().map(|order| self.commands.submit(Command::Expire(order)))).await;
            let mut expired = 0;
            for outcome in outcomes {
                expired += usize::from(matches!(outcome??, Outcome::Done));
            }
            swept += expired;
            if expired == 0 {
                return Ok(swept);
            }
        }
    }
}

impl UnitOfWork {
    /// `false` when the hold has not lapsed, or is no longer one.
    pub(super) fn expire(&mut self, order: OrderId) -> Result<bool, InventoryError> {
        let lapsed = self
            .claim(order)
            .filter(|claim| claim.status == Status::Held && claim.until.is_some_and(|until| until < self.now()));
        let Some(mut claim) = lapsed.cloned() else { return Ok(false) };
        let note = &Note::of(&CallContext::system("inventory"));
        let expired = claim.expire().unwrap_or_default();
        self.enter(&mut claim);
        self.post(note, expired)?;
        claim.version += 1;
        self.tell(note, claim.version, InventoryEvent::from(HoldExpired { order }));
        self.put(claim);
        Ok(true)
    }
}
