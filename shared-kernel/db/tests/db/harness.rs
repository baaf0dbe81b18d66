//! Opens a fresh database for each test, and declares the event that tests publish.

use std::sync::Arc;

use kernel::{Seams, clock::OffsetClock};
use kernel_db::{Bus, Db, Durability, Target, ddl};
use sea_orm::ConnectionTrait as _;
use serde::{Deserialize, Serialize};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Ticked {
    pub(crate) stream: String,
    pub(crate) n: i64,
}

kernel::events! {
    pub(crate) enum ClockEvent in "clock" {
        "clock.ticked.v1" => Ticked(Ticked) of |event| event.stream,
    }
}

pub(crate) fn tick(stream: &str, n: i64) -> (i64, ClockEvent) {
    (n, ClockEvent::Ticked(Ticked { stream: stream.to_owned(), n }))
}

/// A database of its own for one test, and the clock that it asks.
pub(crate) struct Fresh {
    pub(crate) db: Db,
    pub(crate) clock: OffsetClock,
    target: Target,
    _folder: tempfile::TempDir,
}

/// One fresh database of every kind that is to be had here.
pub(crate) async fn databases(turn: &Turn, tables: &str) -> Vec<Fresh> {
    let mut all = vec![sqlite(turn, tables, Bus::default()).await];
    match postgres(turn, tables, Bus::default()).await {
        Some(fresh) => all.push(fresh),
        None => eprintln!("SKIPPED on Postgres: BANYAN_TEST_POSTGRES is not set"),
    }
    all
}

pub(crate) async fn sqlite(_: &Turn, tables: &str, bus: Bus) -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::sqlite(folder.path().join("clock.db"));
    open(&target, tables, bus, folder).await
}

pub(crate) async fn postgres(turn: &Turn, tables: &str, bus: Bus) -> Option<Fresh> {
    Some(open(&own_schema(turn)?, tables, bus, tempfile::tempdir().unwrap()).await)
}

/// A schema that nobody else uses, to be opened by several at once.
pub(crate) fn own_schema(_: &Turn) -> Option<Target> {
    let url = std::env::var_os("BANYAN_TEST_POSTGRES")?.into_string().unwrap();
    Some(Target::postgres(url, format!("db_{}", Seams::system().ids.secret().simple())))
}

/// Makes the tables in a schema of [`own_schema`].
pub(crate) async fn prepared(target: &Target, tables: &str) -> Fresh {
    open(target, tables, Bus::default(), tempfile::tempdir().unwrap()).await
}

async fn open(target: &Target, tables: &str, bus: Bus, folder: tempfile::TempDir) -> Fresh {
    let clock = OffsetClock::default();
    let seams = Seams { clock: Arc::new(clock.clone()), ..Seams::system() };
    let db = Db::open("clock", target, Durability::Full, bus, seams).await.unwrap();
    let tables = format!("{}{}", ddl::kernel_tables(db.dialect()), ddl::translate(db.dialect(), tables));
    db.migration_connection().execute_unprepared(&tables).await.unwrap();
    Fresh { db, clock, target: target.clone(), _folder: folder }
}

impl Fresh {
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    pub(crate) fn clock_now(&self) -> kernel::DateTime<kernel::Utc> {
        kernel::Clock::now(&self.clock)
    }

    /// The same database as a process that starts now sees it.
    pub(crate) async fn reopened(&self) -> Db {
        Db::open("clock", &self.target, Durability::Full, Bus::default(), Seams::system()).await.unwrap()
    }
}

static TURN: RwLock<()> = RwLock::const_new(());

/// Failpoints are global: a test that sets one runs alone, the others together. Nobody has a database before his turn.
#[expect(dead_code, reason = "held")]
pub(crate) enum Turn {
    Together(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

pub(crate) async fn together() -> Turn {
    Turn::Together(TURN.read().await)
}

pub(crate) async fn alone() -> Turn {
    Turn::Alone(TURN.write().await)
}

/// Takes a guard away until dropped.
pub(crate) struct Sabotage(&'static str);

impl Sabotage {
    pub(crate) fn of(name: &'static str) -> Self {
        fail_cfg(name, "return");
        Self(name)
    }
}

impl Drop for Sabotage {
    fn drop(&mut self) {
        fail::remove(self.0);
    }
}

pub(crate) fn fail_cfg(name: &str, action: &str) {
    fail::cfg(name, action).unwrap();
}

/// How many times as much is tried: 1, or what `BANYAN_TIMES` says. At 10 the sizes are those that the invariants name.
pub(crate) fn times() -> i64 {
    std::env::var_os("BANYAN_TIMES").map_or(1, |times| times.to_str().unwrap().parse().unwrap())
}

pub(crate) async fn count(db: &Db, sql: &str) -> i64 {
    let row = db.reader().query_one_raw(db.dialect().statement(sql, [])).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}
