//! Who gets whose port, and who reads whose news. This is the only place that knows.

use std::sync::Arc;

use catalog::Catalog;
use catalog_contract::SwitchedPrices;
use inventory::Inventory;
use inventory_contract::SwitchedStock;
use kernel_db::{Db, Feed, LocalFeed};
use kernel_module::{Module, Tasks};
use order::Order;
use payment::Payment;
use payment_contract::SwitchedCharges;

use crate::{config::Modules, databases::Databases};

/// The four modules, wired.
pub struct Shop {
    pub catalog: Arc<Catalog>,
    pub inventory: Arc<Inventory>,
    pub order: Arc<Order>,
    pub payment: Arc<Payment>,
    pub prices: Arc<SwitchedPrices>,
    pub stock: Arc<SwitchedStock>,
    pub charges: Arc<SwitchedCharges>,
}

/// Calls go one way (order to the others, catalog to inventory) and news the other way, so nothing waits for itself.
pub fn wire(databases: &Databases, settings: Modules, tasks: &Tasks) -> Shop {
    let Databases { catalog: catalog_db, inventory: inventory_db, order: order_db, payment: payment_db } = databases;
    let feed = |db: &Db| -> Arc<dyn Feed> { Arc::new(LocalFeed::of(db)) };

    let feeds = inventory::Feeds { catalog: feed(catalog_db), order: feed(order_db) };
    let inventory = Arc::new(Inventory::new(inventory_db.clone(), settings.inventory.config, feeds));
    let stock = Arc::new(SwitchedStock::local(inventory.stock()));

    let catalog = Arc::new(Catalog::new(catalog_db.clone(), settings.catalog.config, stock.clone()));
    let prices = Arc::new(SwitchedPrices::local(catalog.prices()));

    let feeds = payment::Feeds { order: feed(order_db) };
    let payment = Arc::new(Payment::new(payment_db.clone(), settings.payment.config, feeds));
    let charges = Arc::new(SwitchedCharges::local(payment.charges()));

    let ports = order::Ports { prices: prices.clone(), stock: stock.clone(), charges: charges.clone() };
    let feeds = order::Feeds { order: feed(order_db), payment: feed(payment_db), inventory: feed(inventory_db) };
    let order = Arc::new(Order::new(order_db.clone(), settings.order.config, ports, feeds, tasks.clone()));

    Shop { catalog, inventory, order, payment, prices, stock, charges }
}

impl Shop {
    /// In the order in which their routes are tried: what is read most comes first.
    pub fn modules(&self) -> Vec<Arc<dyn Module>> {
        let modules: [Arc<dyn Module>; 4] =
            [self.catalog.clone(), self.order.clone(), self.inventory.clone(), self.payment.clone()];
        modules.into()
    }
}
