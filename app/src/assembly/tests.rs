use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use catalog_contract::Prices;
use inventory_contract::Stock;
use kernel::{CallContext, Seams};
use kernel_db::{Bus, Db, DbError, Durability, Target};
use kernel_module::{
    BuildContext, Check, Holdings, Module, ModuleDocument, ModuleSpec, NotWired, Secrets, Step, Tasks, migrate,
};
use port::{Placement, PortRoutes, PortSpec, ServedPort};
use tempfile::TempDir;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Process, WiringContext};
use crate::{
    config::{Environment, load},
    databases::Databases,
    placement::slot::ModuleSlot,
    registry::{Registered, module},
};

/// A module that asks, serves and lists what its parameter says.
struct Tried<const MANNER: u8>(Db);

/// Asks for the port of a module that it does not name.
const ASKS_FOR_STOCK: u8 = 0;
/// Asks for the events of a module that it does not name.
const READS_ORDER: u8 = 1;
/// Asks for the events of a module that there is not.
const READS_A_STRANGER: u8 = 2;
/// Lists a port and does not serve it.
const LISTS_TOO_MUCH: u8 = 3;
/// Asks for what it names, and for its own events.
const MODEST: u8 = 4;

#[async_trait]
impl<const MANNER: u8> ModuleSpec for Tried<MANNER> {
    const NAME: &'static str = "catalog";
    const NEEDS: &'static [&'static str] = if MANNER == MODEST { &["inventory"] } else { &["payment"] };

    type Config = ();

    fn migrations() -> Vec<Step> {
        Vec::new()
    }

    fn document() -> ModuleDocument {
        let ports = if MANNER == LISTS_TOO_MUCH { vec![PortSpec::of::<dyn Prices>()] } else { Vec::new() };
        ModuleDocument { ports, ..ModuleDocument::default() }
    }

    fn build((): (), cx: &BuildContext<'_>) -> Result<Arc<Self>, NotWired> {
        match MANNER {
            ASKS_FOR_STOCK => drop(cx.port::<dyn Stock>()?),
            READS_ORDER => drop(cx.feed("order")?),
            READS_A_STRANGER => drop(cx.feed("stranger")?),
            MODEST => drop((cx.port::<dyn Stock>()?, cx.feed("inventory")?, cx.feed("catalog")?)),
            _ => {}
        }
        Ok(Arc::new(Self(cx.db())))
    }

    async fn holdings(_: &Db) -> Result<Holdings, DbError> {
        Ok(Holdings::default())
    }
}

#[async_trait]
impl<const MANNER: u8> Module for Tried<MANNER> {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn db(&self) -> &Db {
        &self.0
    }

    fn routes(&self, _: &mut ServiceConfig<'_>) {}

    async fn check(&self) -> Result<Vec<Check>, DbError> {
        Ok(Vec::new())
    }
}

/// Wires `modules` as a process does that has catalog and inventory, as far as they are among them.
async fn wired(modules: &'static [&'static dyn Registered]) -> anyhow::Result<(Vec<Arc<ModuleSlot>>, TempDir)> {
    let folder = tempfile::tempdir()?;
    let settings = load(None, &Environment::default())?.settings;
    let mut databases = Vec::new();
    for module in modules.iter().filter(|module| ["catalog", "inventory"].contains(&module.name())) {
        let target = Target::sqlite(folder.path().join(module.name()));
        let db = Db::open(module.name(), &target, Durability::Relaxed, Bus::default(), Seams::system()).await?;
        migrate(&db, module.migrations()).await?;
        databases.push(db);
    }
    let process = Process {
        databases: Databases::of_dbs(databases),
        remotes: HashMap::new(),
        bus: Bus::default(),
        tasks: Tasks::default(),
        secrets: Secrets::new("a secret for tests".into()),
    };
    Ok((WiringContext::new(modules, process, &settings).wire(&settings.modules)?, folder))
}

async fn refusal(modules: &'static [&'static dyn Registered]) -> String {
    wired(modules).await.map(drop).unwrap_err().to_string()
}

static GREEDY_FOR_A_PORT: &[&dyn Registered] =
    &[module::<Tried<ASKS_FOR_STOCK>>(), module::<inventory::Inventory>(), module::<order::Order>()];
static GREEDY_FOR_EVENTS: &[&dyn Registered] =
    &[module::<Tried<READS_ORDER>>(), module::<inventory::Inventory>(), module::<order::Order>()];
static READER_OF_A_STRANGER: &[&dyn Registered] = &[module::<Tried<READS_A_STRANGER>>()];
static WITHOUT_THE_PORT: &[&dyn Registered] = &[module::<Tried<ASKS_FOR_STOCK>>()];
static LISTING_TOO_MUCH: &[&dyn Registered] = &[module::<Tried<LISTS_TOO_MUCH>>()];
static MODEST_ONE: &[&dyn Registered] =
    &[module::<inventory::Inventory>(), module::<Tried<MODEST>>(), module::<order::Order>()];

/// The control is by hand: without the condition in `BuildContext::is_named`, both are wired.
#[tokio::test]
async fn a_module_gets_nothing_that_its_needs_do_not_name() {
    let port = refusal(GREEDY_FOR_A_PORT).await;
    for word in ["`catalog`", "the port `stock` of `inventory`", "add \"inventory\" to NEEDS in modules/catalog/src"] {
        assert!(port.contains(word), "no {word} in {port}");
    }
    let events = refusal(GREEDY_FOR_EVENTS).await;
    for word in ["`catalog`", "the events of `order`", "add \"order\" to NEEDS in modules/catalog/src"] {
        assert!(events.contains(word), "no {word} in {events}");
    }
    wired(MODEST_ONE).await.unwrap();
}

#[tokio::test]
async fn what_no_module_has_is_not_given() {
    let port = refusal(WITHOUT_THE_PORT).await;
    assert!(port.contains("the port `stock`, which no module of this build offers"), "{port}");
    let events = refusal(READER_OF_A_STRANGER).await;
    assert!(events.contains("the events of `stranger`, and there is no such module"), "{events}");
}

#[tokio::test]
async fn a_module_serves_the_ports_that_it_lists() {
    let listed = refusal(LISTING_TOO_MUCH).await;
    assert!(listed.contains("lists the port `prices`, and the module does not serve it"), "{listed}");
}

/// Callers hold a port before its module is built, and follow it when it moves.
#[tokio::test]
async fn a_port_leads_to_the_module_that_is_here() {
    let (slots, _folder) = wired(MODEST_ONE).await.unwrap();
    let inventory = slots.iter().find(|slot| slot.name == "inventory").unwrap();
    let stock = inventory.ports.iter().find_map(PortRoutes::caller::<dyn Stock>).unwrap();
    let asked = async || stock.levels(&CallContext::system("test"), Vec::new()).await.is_ok();
    assert!(asked().await);
    inventory.place(Placement::Remote);
    assert!(!asked().await, "the settings do not say where it is when it is not here");
    inventory.place(Placement::Local);
    assert!(asked().await);
    let served: Vec<ServedPort> = inventory.module.as_ref().unwrap().ports();
    assert_eq!(served.iter().map(|port| port.descriptor().name).collect::<Vec<_>>(), ["stock"]);
}
