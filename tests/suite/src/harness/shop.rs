//! A real store on a real socket, in this process, so that a test can turn its clock and look into its tables.

use std::{net::TcpListener, ops::Deref, sync::Arc, time::Duration};

use banyan::{
    config::Settings,
    store::{Serving, Store},
};
use kernel::{Seams, clock::OffsetClock};
use kernel_db::{Bus, Db, Dialect, feed, parking};
use sea_orm::{ConnectionTrait as _, QueryResult};

use super::{Api, Kind, eventually, place::Place};

/// A shop that is open.
pub(crate) struct Shop {
    api: Api,
    clock: OffsetClock,
    place: Option<Place>,
    serving: Option<Serving>,
}

/// What people ask of a shop goes over HTTP.
impl Deref for Shop {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Shop {
    pub(crate) async fn open(kind: Kind) -> Self {
        Self::open_at(Place::new(kind)).await
    }

    /// A shop that says 202 as soon as a real one does, and not only when a slow machine has had time.
    pub(crate) async fn impatient(kind: Kind) -> Self {
        let place = Place::new(kind);
        let mut settings = place.settings();
        settings.modules.order.config.answer_within_ms = order::Config::default().answer_within_ms;
        Self::open_as(place, settings, Bus::default()).await
    }

    /// A shop in which nobody is told that there is news.
    pub(crate) async fn deaf(kind: Kind) -> Self {
        let place = Place::new(kind);
        let settings = place.settings();
        Self::open_as(place, settings, Bus::deaf()).await
    }

    /// Opens a shop where there may have been one before.
    pub(crate) async fn open_at(place: Place) -> Self {
        let settings = place.settings();
        Self::open_as(place, settings, Bus::default()).await
    }

    async fn open_as(place: Place, settings: Settings, bus: Bus) -> Self {
        let clock = OffsetClock::default();
        let seams = Seams { clock: Arc::new(clock.clone()), ..Seams::system() };
        let store = Store::open(settings, seams, bus).await.unwrap();
        let serving = store.serve(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
        Self { api: Api::at(serving.address), clock, place: Some(place), serving: Some(serving) }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.serving.as_ref().expect("the shop is open").store
    }

    /// Makes time pass for the whole store.
    pub(crate) fn later(&self, minutes: i64) {
        self.clock.advance(chrono::TimeDelta::minutes(minutes));
    }

    pub(crate) fn later_seconds(&self, seconds: i64) {
        self.clock.advance(chrono::TimeDelta::seconds(seconds));
    }

    pub(crate) fn db(&self, module: &str) -> &Db {
        self.store().databases.of(module).unwrap()
    }

    /// Looks into a module's own tables. `sql` is written for both databases, as everywhere.
    pub(crate) async fn rows(&self, module: &str, sql: &str) -> Vec<QueryResult> {
        let db = self.db(module);
        db.reader().query_all_raw(db.dialect().statement(sql, [])).await.unwrap()
    }

    /// The one figure that `sql` answers. Write `CAST(… AS bigint)` around a sum.
    pub(crate) async fn figure(&self, module: &str, sql: &str) -> i64 {
        self.rows(module, sql).await[0].try_get_by_index(0).unwrap()
    }

    /// Waits until the shop has nothing left to do by itself: every order is decided, no provider is waited for,
    /// every event has been applied.
    pub(crate) async fn settle(&self) {
        eventually("the shop comes to rest", async || {
            self.store().settle().await.unwrap();
            self.unfinished().await.is_empty().then_some(())
        })
        .await;
    }

    /// What is still to be done, in words.
    async fn unfinished(&self) -> Vec<String> {
        let mut unfinished = Vec::new();
        let mut note = |what: String, count: i64| (count != 0).then(|| unfinished.push(format!("{count} {what}")));
        note("placements".to_owned(), self.figure("order", "SELECT COUNT(*) FROM placement").await);
        note("attempts at a payment".to_owned(), self.figure("payment", OPEN_ATTEMPTS).await);
        for db in self.store().databases.all() {
            if db.dialect() == Dialect::Postgres {
                let sql = "SELECT COUNT(*) FROM outbox WHERE position IS NULL";
                note(format!("events of {} without a number", db.module()), self.figure(db.module(), sql).await);
            }
        }
        for subscription in self.store().modules().iter().flat_map(|module| module.subscriptions()) {
            let head = feed::head(self.db(subscription.source())).await.unwrap();
            note(format!("events for {subscription:?}"), head - subscription.position().await.unwrap());
        }
        unfinished
    }

    /// Every event that a consumer holds back.
    pub(crate) async fn parked(&self) -> Vec<parking::Parked> {
        let mut parked = Vec::new();
        for db in self.store().databases.all() {
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
        self.settle().await;
        assert_eq!(self.parked().await, [], "events are held back");
        assert_eq!(self.broken_rules().await, Vec::<String>::new());
        self.abandon().await;
    }

    /// Closes a shop whose guards a test has taken away.
    pub(crate) async fn abandon(self) {
        self.leave().await.clear().await;
    }

    /// Ends the shop's process, so to speak; its data stays.
    pub(crate) async fn leave(mut self) -> Place {
        let serving = self.serving.take().expect("the shop is open");
        let stopped = tokio::time::timeout(Duration::from_secs(40), serving.stop()).await;
        assert_eq!(stopped, Ok(true), "the store did not stop cleanly");
        self.place.take().expect("the shop is open")
    }

    /// Where the shop keeps its data.
    pub(crate) fn place(&self) -> &Place {
        self.place.as_ref().expect("the shop is open")
    }
}

const OPEN_ATTEMPTS: &str = "SELECT COUNT(*) FROM attempt WHERE status IN ('queued', 'started', 'unknown', 'pending')";

impl Drop for Shop {
    fn drop(&mut self) {
        assert!(self.serving.is_none() || std::thread::panicking(), "a shop must be closed, or abandoned");
    }
}
