use kernel::{CallContext, OrderId};

use super::{InventoryService, UnitOfWork, command::Command};
use crate::{domain::Claim, error::InventoryError, persistence::hot::Note};

impl InventoryService {
    /// Gives back whatever the order claims, and bars a claim that arrives late.
    pub(crate) async fn release(&self, cx: &CallContext, order: OrderId) -> Result<(), InventoryError> {
        self.commands.submit(Command::Release(Note::of(cx), order)).await??;
        Ok(())
    }
}

impl UnitOfWork {
    /// What is over already, or was refused, stays as it is. The ledger keeps the reason.
    pub(crate) fn release(&mut self, note: &Note, order: OrderId, reason: Option<&str>) -> Result<(), InventoryError> {
        let Some(mut claim) = self.claim(order).cloned() else {
            let made = self.act(note);
            self.put(Claim::barred(order, made));
            return Ok(());
        };
        let Some(released) = claim.release() else { return Ok(()) };
        self.enter(&mut claim);
        let because = |entry: crate::domain::Entry| match reason {
            Some(reason) => entry.because(reason),
            None => entry,
        };
        self.post(note, released.into_iter().map(because).collect())?;
        self.put(claim);
        Ok(())
    }
}
