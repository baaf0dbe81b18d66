//! Who gets whose port, and who reads whose news. This is the only place that knows.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicBool},
};

use catalog::Catalog;
use catalog_contract::{RemotePrices, SwitchedPrices};
use inventory::Inventory;
use inventory_contract::{RemoteStock, SwitchedStock};
use kernel_db::{Bus, Feed, LocalFeed};
use kernel_module::{Module, Tasks};
use order::Order;
use payment::Payment;
use payment_contract::{RemoteCharges, SwitchedCharges};
use port::{Placement, Route, Transport};

use crate::{
    config::{Modules, Settings},
    databases::Databases,
    placement::{
        MODULES, Residence,
        far::{Far, Nowhere},
        feed::{AnyFeed, FarFeed},
        seat::{Address, Seat, Turn},
    },
};

/// The four modules, as far as they are in this process, wired.
pub struct Shop {
    pub catalog: Option<Arc<Catalog>>,
    pub inventory: Option<Arc<Inventory>>,
    pub order: Option<Arc<Order>>,
    pub payment: Option<Arc<Payment>>,
    pub prices: Arc<SwitchedPrices>,
    pub stock: Arc<SwitchedStock>,
    pub charges: Arc<SwitchedCharges>,
    /// Every module's place, in the order in which their routes are tried.
    pub seats: Vec<Arc<Seat>>,
}

/// What the wires are fastened to.
pub struct Ends {
    pub databases: Databases,
    /// The modules that are, or may come to be, in another process.
    pub(crate) far: HashMap<&'static str, Arc<Far>>,
    addresses: HashMap<&'static str, Arc<Address>>,
    pub bus: Bus,
    pub tasks: Tasks,
}

/// Calls go one way (order to the others, catalog to inventory) and news the other way, so nothing waits for itself.
pub fn wire(ends: &Ends, settings: Modules) -> Shop {
    let Databases { catalog: catalog_db, inventory: inventory_db, order: order_db, payment: payment_db } =
        ends.databases.clone();
    let feed = |source, reader| ends.feed(source, reader);

    let inventory = inventory_db.map(|db| {
        let feeds = inventory::Feeds { catalog: feed("catalog", "inventory"), order: feed("order", "inventory") };
        Arc::new(Inventory::new(db, settings.inventory.config, feeds))
    });
    let (near, far) = (inventory.as_ref().map(|inventory| inventory.stock()), RemoteStock::new(ends.to("inventory")));
    let ways = Ways { near, far: Arc::new(far), now: ends.placement("inventory") };
    let (stock, turn_stock) = ways.switch(SwitchedStock::new, SwitchedStock::place);

    let catalog = catalog_db.map(|db| Arc::new(Catalog::new(db, settings.catalog.config, stock.clone())));
    let (near, far) = (catalog.as_ref().map(|catalog| catalog.prices()), RemotePrices::new(ends.to("catalog")));
    let ways = Ways { near, far: Arc::new(far), now: ends.placement("catalog") };
    let (prices, turn_prices) = ways.switch(SwitchedPrices::new, SwitchedPrices::place);

    let payment = payment_db.map(|db| {
        Arc::new(Payment::new(db, settings.payment.config, payment::Feeds { order: feed("order", "payment") }))
    });
    let (near, far) = (payment.as_ref().map(|payment| payment.charges()), RemoteCharges::new(ends.to("payment")));
    let ways = Ways { near, far: Arc::new(far), now: ends.placement("payment") };
    let (charges, turn_charges) = ways.switch(SwitchedCharges::new, SwitchedCharges::place);

    let order = order_db.map(|db| {
        let ports = order::Ports { prices: prices.clone(), stock: stock.clone(), charges: charges.clone() };
        let feeds = order::Feeds {
            order: feed("order", "order"),
            payment: feed("payment", "order"),
            inventory: feed("inventory", "order"),
        };
        Arc::new(Order::new(db, settings.order.config, ports, feeds, ends.tasks.clone()))
    });

    let seats = vec![
        ends.seat("catalog", catalog.clone(), turn_prices),
        ends.seat("order", order.clone(), Box::new(|_| ())),
        ends.seat("inventory", inventory.clone(), turn_stock),
        ends.seat("payment", payment.clone(), turn_charges),
    ];
    Shop { catalog, inventory, order, payment, prices, stock, charges, seats }
}

/// The two ways to a port.
struct Ways<P: ?Sized> {
    near: Option<Arc<P>>,
    far: Arc<P>,
    now: Placement,
}

impl<P: ?Sized + Send + Sync + 'static> Ways<P> {
    /// The port as its callers hold it, and the hand that turns it.
    fn switch<S: Send + Sync + 'static>(self, new: fn(Route<P>) -> S, place: fn(&S, Route<P>)) -> (Arc<S>, Turn) {
        let Self { near, far, now } = self;
        let route = move |placement| match (placement, &near) {
            (Placement::Local, Some(near)) => Route::Local(Arc::clone(near)),
            _ => Route::Remote(Arc::clone(&far)),
        };
        let switched = Arc::new(new(route(now)));
        let turned = Arc::clone(&switched);
        (switched, Box::new(move |placement| place(&turned, route(placement))))
    }
}

impl Ends {
    pub(crate) fn new(
        databases: Databases,
        far: HashMap<&'static str, Arc<Far>>,
        settings: &Settings,
        bus: Bus,
    ) -> Self {
        let start = |module| match Residence::of(settings, module) {
            Residence::Here => Placement::Local,
            Residence::Guest | Residence::Elsewhere => Placement::Remote,
        };
        let addresses = MODULES.into_iter().map(|module| (module, Arc::new(Address::new(start(module))))).collect();
        Self { databases, far, addresses, bus, tasks: Tasks::default() }
    }

    fn placement(&self, module: &str) -> Placement {
        self.addresses.get(module).map_or(Placement::Local, |address| address.get())
    }

    /// The way to a module elsewhere.
    fn to(&self, module: &str) -> Arc<dyn Transport> {
        match self.far.get(module).cloned() {
            Some(far) => far,
            None => Arc::new(Nowhere),
        }
    }

    /// The news of `source` as the module `reader` reads it. The far side keeps events until each reader has them;
    /// copies of one reader share a cursor, and so a name.
    fn feed(&self, source: &'static str, reader: &str) -> Arc<dyn Feed> {
        let near = self.databases.of(source).map(LocalFeed::of);
        let far = self.far.get(source).map(|far| FarFeed { far: Arc::clone(far), feed: far.feed.read_by(reader) });
        Arc::new(AnyFeed { source, near, far, address: self.address(source), bus: self.bus.clone() })
    }

    fn address(&self, module: &str) -> Arc<Address> {
        self.addresses.get(module).cloned().unwrap_or_else(|| Arc::new(Address::new(Placement::Local)))
    }

    fn seat<M: Module>(&self, name: &'static str, module: Option<Arc<M>>, turn: Turn) -> Arc<Seat> {
        let module = module.map(|module| -> Arc<dyn Module> { module });
        let (far, address) = (self.far.get(name).cloned(), self.address(name));
        let configured = address.get();
        Arc::new(Seat { name, module, far, address, configured, turn, works: AtomicBool::new(false) })
    }
}

impl Shop {
    /// The modules that this process has.
    pub fn modules(&self) -> Vec<Arc<dyn Module>> {
        self.seats.iter().filter_map(|seat| seat.module.clone()).collect()
    }
}
