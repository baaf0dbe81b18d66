use inventory_contract::{InventoryEvent, StockAdjusted};
use kernel::CallContext;
use kernel_db::{
    Tx,
    idempotency::{self, Answer, Key},
    outbox,
};
use serde::Serialize;

use super::Stockroom;
use crate::{
    domain::{Adjustment, Delta, Entry, Kind, StockLevel},
    error::InventoryError,
    persistence::{
        level,
        post::{self, Note, Posting},
    },
};

impl Stockroom {
    /// Corrects what is on hand, and tells. What is held or committed cannot be taken away.
    ///
    /// With a key the correction is made once; `view` says how the level is answered.
    pub(crate) async fn adjust<V: Serialize>(
        &self,
        cx: &CallContext,
        key: Option<&Key>,
        adjustment: &Adjustment,
        view: impl Fn(StockLevel) -> V,
    ) -> Result<Answer, InventoryError> {
        let note = &Note::of(cx);
        let view = &view;
        idempotency::once(&self.db, key, |tx| async move {
            let level = correct(&tx, note, adjustment).await?;
            Ok(Answer::new(200, None, &view(level))?)
        })
        .await
    }
}

async fn correct(tx: &Tx, note: &Note, adjustment: &Adjustment) -> Result<StockLevel, InventoryError> {
    let Adjustment { sku, change, reason } = adjustment;
    let level = level::lock_to_publish(tx, sku).await?;
    let level = level.ok_or_else(|| InventoryError::UnknownSku(sku.clone()))?;
    let units = change.of(&level)?;
    let version = level.version;
    let delta = Delta::on_hand(units);
    let after = level.after(delta);
    // Told before the movement, which may have to tell that the level is low: the stream's order.
    let told = StockAdjusted { sku: sku.clone(), delta: units, on_hand: after.on_hand, reason: reason.clone() };
    outbox::publish(tx, &note.cause, &[(version, InventoryEvent::from(told))])?;
    let entries = vec![Entry::new(Kind::Adjust, None, sku.clone(), delta).because(reason)];
    post::post(tx, &[Posting { note, entries }], Vec::new()).await?;
    Ok(after)
}
