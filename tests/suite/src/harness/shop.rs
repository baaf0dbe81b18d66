//! A real store on a real socket, whose clock a test can turn and whose tables it can look into: in this process, or in
//! several of their own.

use std::{
    net::TcpListener,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use banyan::store::{Serving, Store};
use catalog_contract::{Prices, RemotePrices};
use inventory_contract::{RemoteStock, Stock};
use kernel::Seams;
use kernel_db::{Bus, Db, feed, parking};
use payment_contract::{Charges, RemoteCharges};
use sea_orm::{ConnectionTrait as _, QueryResult};

use super::{
    Api, Cluster, Kind, MODULES, Placement, Program, Running, Site,
    clock::Hands,
    eventually,
    place::{Place, Words, settings, words},
};

/// A shop that is open.
pub(crate) struct Shop {
    api: Api,
    home: Option<Home>,
    /// Whether it must leave nothing undone and nothing untrue behind.
    adds_up: AtomicBool,
}

/// Where the store runs.
enum Home {
    Here { serving: Box<Serving>, place: Place, hands: Hands },
    Cluster(Box<Running>),
}

/// What people ask of a shop goes over HTTP.
impl Deref for Shop {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Shop {
    pub(crate) async fn open(site: impl Into<Site>) -> Self {
        Self::open_as(site.into(), &Words::new()).await
    }

    /// A shop that says 202 as soon as a real one does, and not only when a slow machine has had time.
    pub(crate) async fn impatient(site: impl Into<Site>) -> Self {
        Self::open_as(site.into(), &impatience()).await
    }

    /// A shop that gives a provider the time that a real one has: on a slow machine less would be too little for an answer
    /// that is not slow.
    pub(crate) async fn unhurried(site: impl Into<Site>) -> Self {
        let within = payment::Config::default().provider_timeout_ms;
        Self::open_as(site.into(), &words([("BANYAN__MODULES__PAYMENT__PROVIDER_TIMEOUT_MS", within.to_string())]))
            .await
    }

    /// A shop whose provider never tells what became of a payment that it put off, and that waits no longer for one than a
    /// real shop does.
    pub(crate) async fn besieged(site: impl Into<Site>) -> Self {
        Self::open_as(site.into(), &siege()).await
    }

    /// A shop in which subscribers are not woken. Only in this process can the bus be taken away.
    pub(crate) async fn deaf(site: impl Into<Site>) -> Self {
        Self::open_here(Place::new(site.into().kind), &Words::new(), Bus::deaf()).await
    }

    /// Opens a shop where there may have been one before.
    pub(crate) async fn open_at(place: Place) -> Self {
        Self::open_here(place, &Words::new(), Bus::default()).await
    }

    /// A shop under other settings, in the words of the environment.
    pub(crate) async fn open_as(Site { kind, placement }: Site, manner: &Words) -> Self {
        let place = Place::new(kind);
        if placement == Placement::Local {
            return Self::open_here(place, manner, Bus::default()).await;
        }
        let shared = [place.rehearsal(), manner.clone()].concat();
        Self::of(Cluster::of(place, &placement.away(), shared).starts(&[]).await)
    }

    async fn open_here(place: Place, manner: &Words, bus: Bus) -> Self {
        let hands = Hands::default();
        let seams = Seams { clock: Arc::new(hands.clock()), ..Seams::system() };
        let store = Store::open(settings(&[place.rehearsal(), manner.clone()].concat()), seams, bus).await.unwrap();
        let serving = Box::new(store.serve(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap());
        Self::at(Api::at(serving.address), Home::Here { serving, place, hands })
    }

    /// The shop that these processes make up.
    pub(crate) fn of(cluster: Running) -> Self {
        Self::at(Api::clone(cluster.store()), Home::Cluster(Box::new(cluster)))
    }

    fn at(api: Api, home: Home) -> Self {
        Self { api, home: Some(home), adds_up: AtomicBool::new(true) }
    }

    /// For a story that puts into it what no shop could have.
    pub(crate) fn need_not_add_up(&self) {
        self.adds_up.store(false, Relaxed);
    }

    fn home(&self) -> &Home {
        self.home.as_ref().expect("the shop is open")
    }

    /// The store in this process; or one that is attached to the same data, and runs nothing.
    pub(crate) fn store(&self) -> &Store {
        match self.home() {
            Home::Here { serving, .. } => &serving.store,
            Home::Cluster(cluster) => &cluster.view,
        }
    }

    /// Where the shop keeps its data.
    pub(crate) fn place(&self) -> &Place {
        match self.home() {
            Home::Here { place, .. } => place,
            Home::Cluster(cluster) => cluster.place(),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.place().kind
    }

    /// The modules that are not in the store's process.
    pub(crate) fn away(&self) -> &[&'static str] {
        match self.home() {
            Home::Here { .. } => &[],
            Home::Cluster(cluster) => cluster.away(),
        }
    }

    /// The binary, as an operator with access to all the data runs it.
    pub(crate) fn program(&self) -> Program {
        match self.home() {
            Home::Here { place, .. } => Program::at(place),
            Home::Cluster(cluster) => cluster.program(),
        }
    }

    /// The process that `module` is in, asked itself.
    pub(crate) fn api_of(&self, module: &'static str) -> Api {
        match self.home() {
            Home::Here { .. } => self.api.clone(),
            Home::Cluster(cluster) => cluster.api_of(module),
        }
    }

    /// The processes, when there are several.
    pub(crate) fn cluster(&self) -> Option<&Running> {
        match self.home() {
            Home::Here { .. } => None,
            Home::Cluster(cluster) => Some(cluster),
        }
    }

    /// Makes time pass for the whole store.
    pub(crate) fn later(&self, minutes: i64) {
        self.later_seconds(60 * minutes);
    }

    pub(crate) fn later_seconds(&self, seconds: i64) {
        self.hands().turn(chrono::TimeDelta::seconds(seconds));
    }

    /// Turns the clocks of the machines that the store runs on, forward or back. No time passes.
    pub(crate) fn clocks_jump(&self, minutes: i64) {
        self.hands().jump(chrono::TimeDelta::minutes(minutes));
    }

    fn hands(&self) -> &Hands {
        match self.home() {
            Home::Here { hands, .. } => hands,
            Home::Cluster(cluster) => cluster.hands(),
        }
    }

    /// The port of inventory, as its callers reach it.
    pub(crate) fn stock(&self) -> Arc<dyn Stock> {
        match self.home() {
            Home::Here { serving, .. } => serving.store.port().unwrap(),
            Home::Cluster(cluster) => Arc::new(RemoteStock::new(cluster.transport("inventory"))),
        }
    }

    /// The port of the catalog.
    pub(crate) fn prices(&self) -> Arc<dyn Prices> {
        match self.home() {
            Home::Here { serving, .. } => serving.store.port().unwrap(),
            Home::Cluster(cluster) => Arc::new(RemotePrices::new(cluster.transport("catalog"))),
        }
    }

    /// The port of payment.
    pub(crate) fn charges(&self) -> Arc<dyn Charges> {
        match self.home() {
            Home::Here { serving, .. } => serving.store.port().unwrap(),
            Home::Cluster(cluster) => Arc::new(RemoteCharges::new(cluster.transport("payment"))),
        }
    }

    pub(crate) fn databases(&self) -> impl Iterator<Item = &Db> {
        self.store().databases.all()
    }

    pub(crate) fn db(&self, module: &str) -> &Db {
        self.store().databases.of(module).unwrap()
    }

    /// Looks into a module's own tables. `sql` is written for both databases, as everywhere.
    pub(crate) async fn rows(&self, module: &str, sql: &str) -> Vec<QueryResult> {
        let db = self.db(module);
        db.reader().query_all_raw(db.dialect().statement(sql, [])).await.unwrap()
    }

    /// How many rows of all tables of all modules have `text` in a cell.
    pub(crate) async fn cells_with(&self, text: &str) -> i64 {
        let mut found = 0;
        for module in MODULES {
            let names = match self.kind() {
                Kind::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%fts%'",
                Kind::Postgres => {
                    "SELECT CAST(table_name AS text) FROM information_schema.tables \
                     WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
                }
            };
            for table in self.rows(module, names).await {
                let table: String = table.try_get_by_index(0).unwrap();
                let sql = match self.kind() {
                    Kind::Sqlite => {
                        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                        let has = |row: &QueryResult| {
                            format!(
                                "instr(COALESCE(\"{}\", ''), '{text}') > 0",
                                row.try_get_by_index::<String>(0).unwrap()
                            )
                        };
                        let any: Vec<String> = self.rows(module, &columns).await.iter().map(has).collect();
                        format!("SELECT COUNT(*) FROM \"{table}\" WHERE {}", any.join(" OR "))
                    }
                    Kind::Postgres => {
                        format!("SELECT COUNT(*) FROM \"{table}\" AS cells WHERE strpos(cells::text, '{text}') > 0")
                    }
                };
                found += self.figure(module, &sql).await;
            }
        }
        found
    }

    /// The one figure that `sql` answers. Write `CAST(… AS bigint)` around a sum.
    pub(crate) async fn figure(&self, module: &str, sql: &str) -> i64 {
        self.rows(module, sql).await[0].try_get_by_index(0).unwrap()
    }

    /// Waits until the shop has nothing left to do by itself: every order is decided, no provider is waited for,
    /// every event has been applied. In this process it is helped along; others do it by themselves.
    pub(crate) async fn settle(&self) {
        eventually("the shop comes to rest", async || {
            match self.home() {
                Home::Here { serving, .. } => serving.store.settle().await.unwrap(),
                // What moved while it was looked at is seen at the second look.
                Home::Cluster(_) if !self.unfinished().await.is_empty() => return None,
                Home::Cluster(_) => {}
            }
            self.unfinished().await.is_empty().then_some(())
        })
        .await;
    }

    /// What is still to be done, in words.
    async fn unfinished(&self) -> Vec<String> {
        let mut unfinished = Vec::new();
        let mut note = |what: String, count: i64| (count != 0).then(|| unfinished.push(format!("{count} {what}")));
        note(
            "checkouts".to_owned(),
            self.figure("order", "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL").await,
        );
        note("attempts at a payment".to_owned(), self.figure("payment", OPEN_ATTEMPTS).await);
        for subscription in self.store().modules().iter().flat_map(|module| module.subscriptions()) {
            let head = feed::head(self.db(subscription.source())).await.unwrap();
            note(format!("events for {subscription:?}"), head - subscription.position().await.unwrap());
        }
        unfinished
    }

    /// Every event that a consumer holds back.
    pub(crate) async fn parked(&self) -> Vec<parking::Parked> {
        let mut parked = Vec::new();
        for db in self.databases() {
            parked.extend(parking::list(db).await.unwrap());
        }
        parked
    }

    /// What must always be true and is not, in words.
    pub(crate) async fn broken_rules(&self) -> Vec<String> {
        let checks = banyan::check::all(self.store()).await.unwrap();
        checks.iter().filter(|check| !check.holds()).map(|check| format!("{check:?}")).collect()
    }

    /// Closes the shop, once it is sure that it leaves nothing undone and nothing untrue behind.
    pub(crate) async fn close(self) {
        if self.adds_up.load(Relaxed) {
            self.settle().await;
            assert_eq!(self.parked().await, [], "events are held back");
            assert_eq!(self.broken_rules().await, Vec::<String>::new());
        }
        self.abandon().await;
    }

    /// Closes a shop whose guards a test has taken away.
    pub(crate) async fn abandon(self) {
        self.leave().await.clear().await;
    }

    /// Ends the shop's processes, or what does for one; its data stays.
    pub(crate) async fn leave(mut self) -> Place {
        match self.home.take().expect("the shop is open") {
            Home::Here { serving, place, .. } => {
                let stopped = tokio::time::timeout(Duration::from_secs(40), serving.stop()).await;
                assert_eq!(stopped, Ok(true), "the store did not stop cleanly");
                place
            }
            Home::Cluster(cluster) => cluster.stops().await,
        }
    }
}

/// The pause after which a real store says 202.
pub(crate) fn impatience() -> Words {
    let within = order::Config::default().answer_within_ms;
    words([("BANYAN__MODULES__ORDER__ANSWER_WITHIN_MS", within.to_string())])
}

/// As impatient, with a short time for a normal payment, and with a provider that takes ten minutes for some.
fn siege() -> Words {
    let siege = words([
        ("BANYAN__MODULES__ORDER__UNPAID_GRACE_MS", "500".to_owned()),
        ("BANYAN__MODULES__PAYMENT__SIMULATED__PENDING_MS", "600000".to_owned()),
    ]);
    [impatience(), siege].concat()
}

const OPEN_ATTEMPTS: &str = "SELECT (SELECT COUNT(*) FROM attempt WHERE status IN ('queued', 'started', 'unknown', 'pending')) \
                             + (SELECT COUNT(*) FROM payment WHERE lease_until IS NOT NULL)";

impl Drop for Shop {
    fn drop(&mut self) {
        assert!(self.home.is_none() || std::thread::panicking(), "a shop must be closed, or abandoned");
    }
}
