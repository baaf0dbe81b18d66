use inventory_contract::StockRefusal;
use kernel::{CallContext, OrderId};

use super::{InventoryService, UnitOfWork, command::Command};
use crate::{
    domain::{Claim, Status},
    error::InventoryError,
    persistence::hot::Note,
};

impl InventoryService {
    /// Turns what the order holds into a commitment. A hold that expired is taken anew, if there is stock.
    pub(crate) async fn commit(&self, cx: &CallContext, order: OrderId) -> Result<(), InventoryError> {
        self.commands.submit(Command::Commit(Note::of(cx), order)).await??;
        Ok(())
    }
}

impl UnitOfWork {
    pub(super) fn commit(&mut self, note: &Note, order: OrderId) -> Result<(), InventoryError> {
        let mut claim = self.claim(order).cloned().ok_or(StockRefusal::NotHeld { order })?;
        let Some(entries) = claim.commit()? else { return Ok(()) };
        if claim.status == Status::Expired {
            let lines = self.short(&claim.outstanding())?;
            if !lines.is_empty() {
                return Err(StockRefusal::OutOfStock { lines }.into());
            }
        }
        if claim.is_plain() {
            self.shift(note, &entries)?;
            claim.committed = Some(self.act(note));
        } else {
            self.enter(&mut claim);
            self.post(note, entries)?;
        }
        self.put(Claim { status: Status::Committed, ..claim });
        Ok(())
    }
}
