//! A producer and a consumer with a database each, and a server between them.

use std::{net::TcpListener, sync::Arc};

use actix_web::{App, HttpServer, dev::ServerHandle, web::Data};
use kernel::{Ids, Seams, clock::OffsetClock, clock::SystemIds};
use kernel_db::{Bus, Cause, Db, Durability, Target, ddl, outbox, pg_notify};
use kernel_feeds::{FeedServer, Limits, RemoteFeed, Sign, Verify};
use kernel_web::Guard;
use sea_orm::{ConnectionTrait as _, TryGetable};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Ticked {
    pub(crate) stream: String,
    pub(crate) n: i64,
    pub(crate) words: String,
}

kernel::events! {
    pub(crate) enum ClockEvent in "clock" {
        "clock.ticked.v1" => Ticked(Ticked) of |event| event.stream,
    }
}

/// A database of its own for one test, and the clock that it asks.
pub(crate) struct Fresh {
    pub(crate) db: Db,
    target: Target,
    pub(crate) clock: OffsetClock,
    pub(crate) folder: tempfile::TempDir,
}

/// The module `clock`, which publishes, and the module `listener`, which hears.
pub(crate) struct Pair {
    pub(crate) clock: Fresh,
    pub(crate) listener: Fresh,
}

const HEARD: &str = "CREATE TABLE heard (position @int PRIMARY KEY, stream @text NOT NULL, n @int NOT NULL, \
                     data @text NOT NULL) @strict;";

/// One pair on every kind of database that is to be had here.
pub(crate) async fn pairs() -> Vec<Pair> {
    let mut pairs = vec![sqlite_pair().await];
    match std::env::var_os("BANYAN_TEST_POSTGRES") {
        Some(url) => pairs.push(pair(url.to_str()).await),
        None => eprintln!("SKIPPED on Postgres: BANYAN_TEST_POSTGRES is not set"),
    }
    pairs
}

pub(crate) async fn sqlite_pair() -> Pair {
    pair(None).await
}

async fn pair(postgres: Option<&str>) -> Pair {
    Pair { clock: fresh("clock", postgres).await, listener: fresh("listener", postgres).await }
}

async fn fresh(module: &'static str, postgres: Option<&str>) -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let target = match postgres {
        Some(url) => Target::postgres(url, format!("feeds_{}", Seams::system().ids.secret().simple())),
        None => Target::sqlite(folder.path().join("feeds.db")),
    };
    let clock = OffsetClock::default();
    let seams = Seams { clock: Arc::new(clock.clone()), ..Seams::system() };
    let db = Db::open(module, &target, Durability::Full, Bus::default(), seams).await.unwrap();
    let tables = format!("{}{}", ddl::kernel_tables(db.dialect()), ddl::translate(db.dialect(), HEARD));
    db.migration_connection().execute_unprepared(&tables).await.unwrap();
    Fresh { db, target, clock, folder }
}

/// The module `clock` as another process opens it, on tables that are there already.
pub(crate) async fn reopen(target: &Target) -> Db {
    Db::open("clock", target, Durability::Full, Bus::default(), Seams::system()).await.unwrap()
}

pub(crate) fn tick(stream: &str, n: i64, words: &str) -> (i64, ClockEvent) {
    (n, ClockEvent::Ticked(Ticked { stream: stream.to_owned(), n, words: words.to_owned() }))
}

/// Publishes in one commit.
pub(crate) async fn publish(db: &Db, events: &[(i64, ClockEvent)]) {
    db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), events) }).await.unwrap();
}

/// Publishes `events` events of one stream, numbered on from `from`.
pub(crate) async fn publish_more(db: &Db, from: i64, events: i64) {
    let events: Vec<_> = (from..from + events).map(|n| tick("a", n, "")).collect();
    publish(db, &events).await;
}

pub(crate) async fn figures<T: TryGetable>(db: &Db, sql: &str) -> Vec<T> {
    let rows = db.reader().query_all_raw(db.dialect().statement(sql, [])).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

pub(crate) async fn count(db: &Db, sql: &str) -> i64 {
    figures(db, sql).await[0]
}

/// A port server that serves one feed.
pub(crate) struct Served {
    pub(crate) url: String,
    pub(crate) port: u16,
    pub(crate) stopping: CancellationToken,
    handle: ServerHandle,
}

pub(crate) async fn serve(fresh: &Fresh) -> Served {
    serve_at(fresh, 0).await
}

/// Port 0 is any that is free. On Postgres the server has connections of its own, as another process has, which end
/// with it; on SQLite a module has one process.
pub(crate) async fn serve_at(fresh: &Fresh, port: u16) -> Served {
    match &fresh.target {
        Target::Sqlite { .. } => serve_db(&fresh.db, port).await,
        postgres @ (Target::Postgres { .. } | Target::Survey { .. }) => {
            let seams = Seams { clock: Arc::new(fresh.clock.clone()), ..Seams::system() };
            let own = Db::open("clock", postgres, Durability::Full, Bus::default(), seams).await.unwrap();
            let served = serve_db(&own, port).await;
            #[expect(clippy::disallowed_methods, reason = "ends with the server")]
            tokio::spawn(pg_notify::run(own, served.stopping.clone()));
            served
        }
    }
}

pub(crate) async fn serve_db(db: &Db, port: u16) -> Served {
    let listener = bind(port).await;
    let port = listener.local_addr().unwrap().port();
    let stopping = CancellationToken::new();
    let verify: Verify = Arc::new(|shown, module| {
        let good = shown == Some(&format!("Bearer for-{module}"));
        if good { Ok(()) } else { Err("the token is not for this module".to_owned()) }
    });
    let feeds = Arc::new(FeedServer::new(verify, stopping.clone()).with(db));
    let ids: Arc<dyn Ids> = Arc::new(SystemIds);
    let app = move || {
        let (feeds, ids) = (Arc::clone(&feeds), Arc::clone(&ids));
        App::new().app_data(Data::from(ids)).configure(|config| feeds.configure(config)).wrap(Guard)
    };
    let server = HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(2).listen(listener).unwrap().run();
    let handle = server.handle();
    #[expect(clippy::disallowed_methods, reason = "ends with its handle")]
    tokio::spawn(server);
    Served { url: format!("http://127.0.0.1:{port}"), port, stopping, handle }
}

async fn bind(port: u16) -> TcpListener {
    for _ in 0..100 {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("port {port} does not become free");
}

impl Served {
    /// As a process that is told to stop.
    pub(crate) async fn stop(self) {
        self.stopping.cancel();
        self.handle.stop(true).await;
    }

    /// As a process that dies: answers under way are cut off.
    pub(crate) async fn kill(self) {
        let _stopped = self.stopping.drop_guard();
        self.handle.stop(false).await;
    }
}

pub(crate) fn sign() -> Sign {
    Arc::new(|module| Ok(format!("Bearer for-{module}")))
}

pub(crate) fn remote(url: &str) -> RemoteFeed {
    RemoteFeed::new("clock", url, "listener", sign()).unwrap()
}

pub(crate) fn limited(url: &str, limits: Limits) -> RemoteFeed {
    RemoteFeed::limited("clock", url, "listener", (sign(), limits)).unwrap()
}
