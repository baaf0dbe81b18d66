use std::collections::{HashMap, HashSet};

use kernel::Sku;
use kernel_db::Tx;

use super::Stockroom;
use crate::{
    domain::{Delta, Entry, Kind},
    error::InventoryError,
    persistence::{
        level,
        post::{self, Note, Posting},
    },
};

impl Stockroom {
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
        let made = level::introduce(tx, &opening, self.config.low_stock_threshold.into()).await?;
        let units: HashMap<&Sku, i64> = opening.iter().map(|(sku, units)| (sku, *units)).collect();
        let entry = |sku: Sku| {
            let units = units.get(&sku).copied().filter(|units| *units > 0)?;
            Some(Entry::new(Kind::Opening, None, sku, Delta::on_hand(units)))
        };
        let entries: Vec<Entry> = made.into_iter().filter_map(entry).collect();
        Ok(post::write_ledger(tx, &[Posting { note, entries }]).await?)
    }
}

fn first_of_each(introduced: &[(Sku, i64)]) -> Vec<(Sku, i64)> {
    let mut seen = HashSet::new();
    introduced.iter().filter(|(sku, _)| seen.insert(sku)).cloned().collect()
}
