use inventory_contract::{Held, Hold, Shortage, StockRefusal};
use kernel::CallContext;

use super::{
    InventoryService, UnitOfWork,
    command::{Command, Outcome},
    wish::Wish,
};
use crate::{
    domain::{Again, Claim, Delta, Kind, Line, Share, Status, add_up, entries},
    error::InventoryError,
    persistence::hot::Note,
};

impl InventoryService {
    /// Holds every line, or none of them.
    pub(crate) async fn hold(&self, cx: &CallContext, hold: &Hold) -> Result<Held, InventoryError> {
        let demands = add_up(&hold.lines)?;
        let wish = Wish { note: Note::of(cx), order: hold.order, until: hold.until, unpaid: hold.unpaid, demands };
        match self.commands.submit(Command::Hold(wish)).await?? {
            Outcome::Held(answer) => Ok(answer),
            Outcome::Done | Outcome::Nothing => Err(InventoryError::Short),
        }
    }
}

impl UnitOfWork {
    /// Commands are served in their order, as long as there is enough.
    pub(super) fn hold(&mut self, share: Share, wish: &Wish) -> Result<Held, InventoryError> {
        let (order, until) = (wish.order, wish.until);
        let Some(known) = self.claim(order).cloned() else {
            let made = self.act(&wish.note);
            return self.take(share, wish, Claim::held(order, until, wish.unpaid, &wish.demands, made));
        };
        match known.again(self.now())? {
            Again::Stands(answer) => {
                self.keep(share, wish, known)?;
                Ok(answer)
            }
            Again::Prolong => {
                self.keep(share, wish, Claim { status: Status::Held, until: Some(until), ..known })?;
                Ok(Held { order, until })
            }
            Again::Anew => {
                let lines = wish.demands.iter().map(Line::from).collect();
                let held = Claim { status: Status::Held, until: Some(until), unpaid: wish.unpaid, lines, ..known };
                self.take(share, wish, held)
            }
        }
    }

    /// Takes what `claim` holds off what is available, or keeps that it was refused.
    fn take(&mut self, share: Share, wish: &Wish, claim: Claim) -> Result<Held, InventoryError> {
        let Wish { note, order, until, demands, .. } = wish;
        let short = self.short(demands)?;
        if !short.is_empty() {
            return Err(self.refuse(claim, short, false));
        }
        let excess = if wish.unpaid { self.excess(share, demands) } else { Vec::new() };
        if !excess.is_empty() {
            return Err(self.refuse(claim, excess, true));
        }
        let held = entries(Kind::Hold, *order, demands, Delta::held);
        if claim.in_ledger { self.post(note, held) } else { self.shift(note, &held) }?;
        self.put(claim);
        Ok(Held { order: *order, until: *until })
    }

    fn refuse(&mut self, claim: Claim, shortage: Vec<Shortage>, crowded_out: bool) -> InventoryError {
        let lines = shortage.clone();
        self.put(Claim {
            status: Status::Refused,
            shortage,
            crowded_out,
            unpaid: false,
            lines: Vec::new(),
            in_ledger: true,
            ..claim
        });
        let refusal =
            if crowded_out { StockRefusal::HeldByUnpaidOrders { lines } } else { StockRefusal::OutOfStock { lines } };
        refusal.into()
    }

    /// Keeps a claim that stands. It counts among what unpaid orders hold, if its order is not about to be paid for and there
    /// is room; once it counts, it does so until it is committed or given back.
    fn keep(&mut self, share: Share, wish: &Wish, claim: Claim) -> Result<(), InventoryError> {
        let turns_unpaid = wish.unpaid && !claim.unpaid && claim.status == Status::Held;
        if turns_unpaid {
            let lines = self.excess(share, &claim.outstanding());
            if !lines.is_empty() {
                return Err(StockRefusal::HeldByUnpaidOrders { lines }.into());
            }
        }
        self.put(Claim { unpaid: claim.unpaid || turns_unpaid, ..claim });
        Ok(())
    }
}
