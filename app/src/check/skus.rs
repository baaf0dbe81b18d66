//! Compares the catalog's SKUs with inventory's levels.

use catalog::Catalog;
use inventory::Inventory;
use inventory_contract::Stock;
use kernel::{CallContext, Problem as _, Sku};
use kernel_db::DbError;
use kernel_module::Check;

use super::source::Unseen;

/// SKUs asked for at a time.
const BATCH: u64 = 1_000;

/// What a person is shown of the SKUs that differ.
const SHOWN: usize = 10;

/// Every SKU of the catalog has a level. Stock is asked through its port, so it may be anywhere, and written by anyone.
pub(super) async fn every_sku_has_a_level(catalog: &Catalog, stock: &dyn Stock) -> Result<Check, Unseen> {
    let (mut after, mut counted, mut missing, mut shown) = (None, 0_u64, 0_u64, Vec::new());
    loop {
        let skus = catalog.skus_after(after.as_ref(), BATCH).await?;
        let Some(last) = skus.last().cloned() else { break };
        let levels = stock.levels(&CallContext::system("check"), skus.clone()).await;
        let levels =
            levels.map_err(|error| Unseen::There(format!("stock does not answer: {} ({error})", error.code())))?;
        let known: std::collections::HashSet<Sku> = levels.into_iter().map(|level| level.sku).collect();
        for sku in skus {
            counted += 1;
            if !known.contains(&sku) {
                missing += 1;
                shown.push(sku);
                shown.truncate(SHOWN);
            }
        }
        after = Some(last);
    }
    let rule = "catalog and inventory: every SKU of the catalog has a level of stock";
    let check = Check::new(rule, counted - missing, counted);
    Ok(if missing == 0 { check } else { check.with_detail(format!("no level of {}", joined(&shown))) })
}

/// Levels of SKUs that no product has (any more): allowed, and worth a look.
pub(super) async fn levels_without_sku(catalog: &Catalog, inventory: &Inventory) -> Result<Option<String>, DbError> {
    let (mut after, mut count, mut shown): (Option<Sku>, u64, Vec<Sku>) = (None, 0, Vec::new());
    loop {
        let skus = inventory.skus_after(after.as_ref(), BATCH).await?;
        let Some(last) = skus.last().cloned() else { break };
        let unknown = catalog.unknown_of(&skus).await?;
        count += u64::try_from(unknown.len()).unwrap_or(u64::MAX);
        shown.extend(unknown);
        shown.truncate(SHOWN);
        after = Some(last);
    }
    let said = || format!("{count} levels of stock belong to no SKU of the catalog: {}", joined(&shown));
    Ok((count > 0).then(said))
}

fn joined(skus: &[Sku]) -> String {
    skus.iter().map(Sku::as_str).collect::<Vec<_>>().join(", ")
}
