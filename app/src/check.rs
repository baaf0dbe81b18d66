//! The invariants of a store: of each module, and between modules.

mod claims;
mod money;
mod promises;
mod skus;
mod source;

use catalog::Catalog;
use inventory::Inventory;
use inventory_contract::Stock;
use kernel::Seams;
use kernel_db::DbError;
use kernel_module::{Check, ModuleSpec as _};
use order::Order;
use payment::Payment;
use port::Placement;

use self::source::{Claims, Unseen};
use crate::{
    client::Client,
    placement::{record, slot::ModuleSlot, tenure::behind},
    progress::{Cursor, Progress},
    store::Store,
};

/// What was found, and what was not looked at.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Every rule with its two sides.
    pub checks: Vec<Check>,
    /// Comparisons that were not made, each with the reason.
    pub unseen: Vec<String>,
    /// What is allowed, and worth a look.
    pub notes: Vec<String>,
}

/// Every rule with its two sides.
pub async fn all(store: &Store) -> Result<Vec<Check>, DbError> {
    Ok(report(store).await?.checks)
}

/// Every rule that can be seen from here, and what cannot.
pub async fn report(store: &Store) -> Result<Report, DbError> {
    let mut report = Report::default();
    let mut own_logs = Vec::new();
    for slot in store.slots.iter() {
        if keeps_its_own_log(slot).await? {
            own_logs.push(slot.name);
        }
    }
    for module in store.modules() {
        report.checks.extend(module.check().await?);
    }
    for slot in store.slots.iter().filter(|slot| is_unseen(slot, &own_logs)) {
        let reason = slot.remote.as_ref().map_or_else(
            || "it is in another process".to_owned(),
            |remote| remote.trouble().unwrap_or_else(|| "it is in another process".to_owned()),
        );
        let name = slot.name;
        report
            .unseen
            .push(format!("{name} by itself: {reason}; `banyan check --only {name}` beside its process sees it"));
    }
    money(store, &mut report).await?;
    goods(store, &own_logs, &mut report).await?;
    skus(store, &own_logs, &mut report).await?;
    tenure(store, &mut report).await?;
    let mut progress = Progress::of(store.modules()).await?;
    for module in own_logs {
        progress.forget_log_of(module);
    }
    report.checks.extend(cursors(&progress));
    Ok(report)
}

/// Whether this process has none of the module's data, or has rows that are not those that count.
fn is_unseen(slot: &ModuleSlot, own_logs: &[&str]) -> bool {
    slot.module.is_none() || own_logs.contains(&slot.name)
}

async fn money(store: &Store, report: &mut Report) -> Result<(), DbError> {
    match (store.module::<Order>(), store.module::<Payment>()) {
        (Some(order), Some(payment)) => {
            report.checks.extend(money::orders_and_payments(&order, &payment).await?);
            report.checks.extend(promises::are_kept(&order, &payment).await?);
        }
        _ => report.unseen.push("the money of orders against payments: both modules must be here for it".to_owned()),
    }
    Ok(())
}

/// Orders against the claims on stock, which an inventory elsewhere shows to the admin.
async fn goods(store: &Store, own_logs: &[&str], report: &mut Report) -> Result<(), DbError> {
    let Some(order) = store.module::<Order>() else {
        report.unseen.push("orders against stock: order is not here".to_owned());
        return Ok(());
    };
    let compared = match store.module::<Inventory>() {
        Some(inventory) if !own_logs.contains(&Inventory::NAME) => {
            claims::orders_and_claims(&order, &Claims::Here(&inventory)).await
        }
        _ => match stock_elsewhere(store).await {
            Ok(client) => claims::orders_and_claims(&order, &Claims::there(client)).await,
            Err(unseen) => Err(unseen),
        },
    };
    match compared {
        Ok(checks) => report.checks.extend(checks),
        Err(Unseen::There(why)) => report.unseen.push(format!("orders against stock: {why}")),
        Err(Unseen::Here(error)) => return Err(error),
    }
    Ok(())
}

/// An admin's way to an inventory in another process.
async fn stock_elsewhere(store: &Store) -> Result<Client, Unseen> {
    let public = store.settings.modules.of(Inventory::NAME).map_or("", |common| common.remote.public.as_str());
    if public.is_empty() {
        let unsaid = "modules.inventory.remote.public does not say where inventory is asked as the admin";
        return Err(Unseen::There(unsaid.to_owned()));
    }
    let client = Client::new(public, store.keys.admin.clone()).map_err(|error| Unseen::There(error.to_string()))?;
    let probe = client.admin_get_once("/api/v1/admin/holds?limit=1").await;
    probe.map_err(|error| Unseen::There(error.to_string()))?;
    Ok(client)
}

async fn skus(store: &Store, own_logs: &[&str], report: &mut Report) -> Result<(), DbError> {
    let (Some(catalog), Some(stock)) = (store.module::<Catalog>(), store.port::<dyn Stock>()) else {
        report.unseen.push("the catalog's SKUs against stock: catalog is not here".to_owned());
        return Ok(());
    };
    match skus::every_sku_has_a_level(&catalog, stock.as_ref()).await {
        Ok(check) => report.checks.push(check),
        Err(Unseen::There(why)) => report.unseen.push(format!("the catalog's SKUs against stock: {why}")),
        Err(Unseen::Here(error)) => return Err(error),
    }
    if let Some(inventory) = store.module::<Inventory>().filter(|_| !own_logs.contains(&Inventory::NAME)) {
        report.notes.extend(skus::levels_without_sku(&catalog, &inventory).await?);
    }
    Ok(())
}

/// No data lies beside the store that was never handed over, and what is elsewhere stands on this store's data.
async fn tenure(store: &Store, report: &mut Report) -> Result<(), DbError> {
    for slot in store.slots.iter() {
        let Some(remote) = slot.remote.as_ref().filter(|_| slot.placement() == Placement::Remote) else { continue };
        let refused = remote.shake_hands().await.err().filter(kernel_remote::HandshakeError::contradicts);
        let rule = format!("tenure: the process of {} stands on this store's data", slot.name);
        let (left, detail) = refused.map_or(("it does", None), |error| ("it does not", Some(error.to_string())));
        let check = Check::new(&rule, left, "it does");
        report.checks.push(match detail {
            Some(detail) => check.with_detail(detail),
            None => check,
        });
    }
    // `--only` in a whole store's folder is a way to look at one module, and leaves nothing behind.
    if store.settings.only.is_some() {
        return Ok(());
    }
    let found =
        behind::files(&store.settings, &Seams::system()).await.map_err(|error| DbError::Setup(error.to_string()))?;
    for behind in found.into_iter().filter(|behind| !behind.is_given_up) {
        let on_postgres = behind::is_on_postgres(&store.settings, behind.module);
        if !on_postgres && !is_the_far_sides(store, &behind).await {
            let rule = format!("tenure: no data of {} was left behind in {}", behind.module, behind.file.display());
            report.checks.push(Check::new(&rule, &behind.holdings, "nothing"));
        }
        behind.db.close().await?;
    }
    Ok(())
}

async fn is_the_far_sides(store: &Store, behind: &behind::Behind) -> bool {
    let slot = store.slots.iter().find(|slot| slot.name == behind.module);
    let Some(remote) = slot.and_then(|slot| slot.remote.as_ref()) else { return false };
    remote.introduction().await.is_ok_and(|meta| meta.database == behind.identity)
}

/// Whether the module's far side stands on other data than what is here under its name, as a service does that was
/// written elsewhere: its log is not the one that is here. One that is away was moved there with its data.
async fn keeps_its_own_log(slot: &ModuleSlot) -> Result<bool, DbError> {
    let (Some(remote), Some(db), Placement::Remote) = (&slot.remote, slot.shared_db(), slot.placement()) else {
        return Ok(false);
    };
    let Ok(meta) = remote.shake_hands().await else { return Ok(false) };
    let ours = record::identity(db).await?;
    Ok(meta.database != ours)
}

/// No cursor is beyond the end of its log.
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
