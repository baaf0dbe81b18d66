use std::collections::HashMap;

use inventory_contract::Demand;
use kernel::OrderId;
use kernel_db::Tx;

use crate::{
    domain::{Claim, Status},
    error::InventoryError,
    persistence::claim,
};

/// The claims of some orders, locked; what becomes of them is written when the book is closed. Levels are moved
/// after that: whoever locks claims and levels locks them in this order.
pub(crate) struct Book {
    claims: HashMap<OrderId, Pages>,
}

/// A claim as it is kept, and as it has become.
struct Pages {
    kept: Claim,
    now: Claim,
}

impl Book {
    /// Costs two statements, whatever the number of orders.
    pub(crate) async fn open(tx: &Tx, orders: impl Iterator<Item = OrderId>) -> Result<Self, InventoryError> {
        let locked = claim::lock(tx, orders).await?;
        let pages = |claim: Claim| (claim.order, Pages { kept: claim.clone(), now: claim });
        Ok(Self { claims: locked.into_iter().map(pages).collect() })
    }

    pub(crate) fn claim(&mut self, order: OrderId) -> Result<&mut Claim, InventoryError> {
        let pages = self.claims.get_mut(&order).map(|pages| &mut pages.now);
        pages.ok_or(InventoryError::Contradicted { order, detail: "its goods move, and it never claimed any" })
    }

    /// Costs two statements at most.
    pub(crate) async fn close(self, tx: &Tx) -> Result<(), InventoryError> {
        let (mut released, mut gone) = (Vec::new(), Vec::new());
        for Pages { kept, now } in self.claims.into_values() {
            if now.status != kept.status {
                released.push(now.order);
            }
            let units = settled(&kept.outstanding, &now.outstanding);
            if !units.is_empty() {
                gone.push((now.order, units));
            }
        }
        if !released.is_empty() {
            claim::turn(tx, released.into_iter(), Status::Released).await?;
        }
        Ok(claim::settle(tx, gone.iter().map(|(order, units)| (*order, units.as_slice()))).await?)
    }
}

/// The lines of a claim stay where they are: only their quantities fall.
fn settled(kept: &[Demand], now: &[Demand]) -> Vec<Demand> {
    let fallen = |(kept, now): (&Demand, &Demand)| {
        let quantity = kept.quantity - now.quantity;
        (quantity > 0).then(|| Demand { sku: kept.sku.clone(), quantity })
    };
    kept.iter().zip(now).filter_map(fallen).collect()
}
