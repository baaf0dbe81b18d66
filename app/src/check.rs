//! What must always be true of a store: of each module by itself, and between modules.

mod money;

use kernel_db::DbError;
use kernel_module::Check;

use crate::{
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
    } else {
        tracing::warn!("orders and payments are not both here: their sums are not compared");
    }
    checks.extend(cursors(&Progress::of(store.modules()).await?));
    Ok(checks)
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
