use std::collections::{HashMap, HashSet};

use kernel::Sku;
use kernel_db::Tx;

use super::{InventoryService, unit_of_work::moved};
use crate::{
    domain::{Act, Kind},
    error::InventoryError,
    persistence::hot::{self, Changes, Note},
};

impl InventoryService {
    /// Starts to keep stock of SKUs that are new here, with what each has on hand. The others are left alone.
    ///
    /// Costs at most two statements, whatever the number of SKUs: an import of a million passes here.
    pub(crate) async fn introduce(
        &self,
        tx: &Tx,
        note: &Note,
        introduced: &[(Sku, i64)],
    ) -> Result<(), InventoryError> {
        let opening = first_of_each(introduced);
        if opening.is_empty() {
            return Ok(());
        }
        let made = hot::introduce(tx, &opening, self.config.low_stock_threshold.into()).await?;
        let units: HashMap<&Sku, i64> = opening.iter().map(|(sku, units)| (sku, *units)).collect();
        let act = Act { at: tx.seams().now(), actor: note.actor.clone() };
        let entry = |sku: &Sku| {
            let units = units.get(sku).copied().filter(|units| *units > 0)?;
            Some((act.clone(), moved(Kind::Opening, sku, units)))
        };
        let entries = made.iter().filter_map(entry).collect();
        Ok(hot::save(tx, &Changes { entries, ..Changes::default() }).await?)
    }
}

fn first_of_each(introduced: &[(Sku, i64)]) -> Vec<(Sku, i64)> {
    let mut seen = HashSet::new();
    introduced.iter().filter(|(sku, _)| seen.insert(sku)).cloned().collect()
}
