use inventory_contract::{InventoryEvent, StockAdjusted};
use kernel::CallContext;
use kernel_db::{
    Tx,
    idempotency::{self, Answer, Key},
};
use serde::Serialize;

use super::{InventoryService, UnitOfWork, unit_of_work::moved};
use crate::{
    domain::{Adjustment, Kind, ShownLevel},
    error::InventoryError,
    persistence::hot::{self, Note},
};

impl InventoryService {
    /// Corrects what is on hand, and tells. What is held or committed cannot be taken away.
    ///
    /// With a key the correction is made once; `view` says how the level is answered.
    pub(crate) async fn adjust<V: Serialize>(
        &self,
        cx: &CallContext,
        key: Option<&Key>,
        adjustment: &Adjustment,
        view: impl Fn(ShownLevel) -> V,
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

async fn correct(tx: &Tx, note: &Note, adjustment: &Adjustment) -> Result<ShownLevel, InventoryError> {
    let sku = &adjustment.sku;
    let mut work = UnitOfWork::empty(tx.seams().now());
    work.load_levels(tx, [sku.clone()].into()).await?;
    work.adjust(note, adjustment)?;
    let level = work.level(sku).cloned().ok_or_else(|| InventoryError::UnknownSku(sku.clone()))?;
    work.save(tx).await?;
    let held = hot::holdings_in(tx, [sku].into_iter()).await?.get(sku).map_or(0, |holding| holding.held);
    Ok(ShownLevel { level, held })
}

impl UnitOfWork {
    fn adjust(&mut self, note: &Note, adjustment: &Adjustment) -> Result<(), InventoryError> {
        let Adjustment { sku, change, reason } = adjustment;
        let level = self.level(sku).ok_or_else(|| InventoryError::UnknownSku(sku.clone()))?;
        let units = change.of(level)?;
        let on_hand = level.on_hand.saturating_add(units);
        let told = StockAdjusted { sku: sku.clone(), delta: units, on_hand, reason: reason.clone() };
        self.tell_of_level(note, sku, InventoryEvent::from(told));
        self.post(note, vec![moved(Kind::Adjust, sku, units).because(reason)])
    }
}
