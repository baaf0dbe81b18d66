//! What must always be true of a store: of each module by itself, and between modules.

mod money;
mod promises;

use kernel_db::DbError;
use kernel_module::Check;
use port::Placement;

use crate::{
    placement::{record, seat::Seat},
    progress::{Cursor, Progress},
    store::Store,
};

/// Every rule with its two sides.
pub async fn all(store: &Store) -> Result<Vec<Check>, DbError> {
    let mut checks = Vec::new();
    for module in store.modules() {
        checks.extend(module.check().await?);
    }
    if let (Some(order), Some(payment)) = (&store.shop.order, &store.shop.payment) {
        checks.extend(money::orders_and_payments(order, payment).await?);
        checks.extend(promises::are_kept(order, payment).await?);
    } else {
        tracing::warn!("orders and payments are not both here: their sums are not compared");
    }
    let mut progress = Progress::of(store.modules()).await?;
    for seat in &store.shop.seats {
        if keeps_its_own_log(seat).await? {
            progress.forget_log_of(seat.name);
        }
    }
    checks.extend(cursors(&progress));
    Ok(checks)
}

/// Whether the module's far side stands on other data than what is here under its name, as a service does that was
/// written elsewhere: its log is not the one that is here. One that is away was moved there with its data.
async fn keeps_its_own_log(seat: &Seat) -> Result<bool, DbError> {
    let (Some(far), Some(db), Placement::Remote) = (&seat.far, seat.shared_db(), seat.placement()) else {
        return Ok(false);
    };
    let Ok(meta) = far.shake_hands().await else { return Ok(false) };
    let ours = record::identity(db).await?;
    Ok(meta.database != ours)
}

/// Nobody has read what was never written.
fn cursors(progress: &Progress) -> Vec<Check> {
    let check = |cursor: &Cursor| {
        let (consumer, source) = (cursor.consumer, cursor.source);
        let rule = format!("events: {consumer} has read no more of {source} than there is");
        Some(Check::new(&rule, cursor.position, cursor.position.min(cursor.head?)))
    };
    progress.cursors.iter().filter_map(check).collect()
}

#[cfg(test)]
mod tests {
    use super::cursors;
    use crate::progress::{Cursor, Progress};

    #[test]
    fn a_cursor_beyond_its_log_is_found() {
        let cursor = |position, head| Cursor {
            module: "order",
            consumer: "order",
            source: "payment",
            position,
            head: Some(head),
            held_back: Vec::new(),
        };
        let progress = Progress { outboxes: Vec::new(), cursors: vec![cursor(3, 5), cursor(5, 5), cursor(6, 5)] };
        let held: Vec<bool> = cursors(&progress).iter().map(kernel_module::Check::holds).collect();
        assert_eq!(held, [true, true, false]);
    }
}
