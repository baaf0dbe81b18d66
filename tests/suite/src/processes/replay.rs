//! Real invoices through the real binary: every penny and every unit comes out right, also when it is killed during the replay.

use std::time::Duration;

use banyan::store::Store;
use kernel::Seams;
use kernel_db::Db;
use sea_orm::ConnectionTrait as _;

use crate::harness::{
    Cluster, Invoices, Kind, MODULES, Place, Placement, Process, Program, Said, Shop, Site, Takings, aloud, run,
    together,
};

#[test]
fn real_invoices_on_sqlite() {
    replayed(Kind::Sqlite, false);
}

#[test]
fn real_invoices_on_postgres() {
    replayed(Kind::Postgres, false);
}

#[test]
fn a_killed_replay_on_sqlite() {
    replayed(Kind::Sqlite, true);
}

#[test]
fn a_killed_replay_on_postgres() {
    replayed(Kind::Postgres, true);
}

#[test]
fn in_four_processes_on_sqlite() {
    replayed_by_all(Kind::Sqlite);
}

#[test]
fn in_four_processes_on_postgres() {
    replayed_by_all(Kind::Postgres);
}

/// Every module in a process of its own, and a fifth that forwards.
fn replayed_by_all(kind: Kind) {
    if !(Site { kind, placement: Placement::AllRemote }).is_available() {
        return;
    }
    run(async {
        let place = Place::new(kind);
        let Some(invoices) = Invoices::copied_into(place.folder.path()) else { return };
        let words = place.environment();
        let cluster = Cluster::of(place, &MODULES, words).starts(&[]).await;
        let said = replay(&cluster.program(), cluster.store(), &invoices).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        let shop = Shop::of(cluster);
        shop.settle().await;
        assert_eq!(counted(shop.store()).await, invoices.takings);
        aloud(&format!("replayed on {kind:?} by every module alone: {:?}", invoices.takings));
        shop.close().await;
    });
}

fn replayed(kind: Kind, killed: bool) {
    if !kind.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let place = Place::new(kind);
        let Some(invoices) = Invoices::copied_into(place.folder.path()) else { return };
        let program = Program::at(&place);
        let mut store = program.serves().await;
        if killed {
            store = kill_meanwhile(&program, store, &invoices).await;
        }
        let said = replay(&program, &store, &invoices).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        assert_eq!(counted_in(&place).await, invoices.takings);
        aloud(&format!("replayed on {kind:?}, killed: {killed}: {:?}", invoices.takings));

        let again = replay(&program, &store, &invoices).await;
        assert_eq!(again.code, Some(0), "{again:?}");
        assert_eq!(counted_in(&place).await, invoices.takings, "the same keys change nothing");
        store.stops().await;
        let checked = program.says(&["check"]).await;
        assert_eq!(checked.code, Some(0), "{checked:?}");
        place.clear().await;
    });
}

async fn replay(program: &Program, store: &Process, invoices: &Invoices) -> Said {
    let (file, url) = (invoices.file.to_str().unwrap(), store.url());
    program.says(&["replay", "--prepare", "--concurrency", "16", "--url", &url, file]).await
}

/// Kills the store in the middle of a replay, and starts it again. The replay itself fails, or hangs on.
async fn kill_meanwhile(program: &Program, store: Process, invoices: &Invoices) -> Process {
    let (file, url) = (invoices.file.to_str().unwrap().to_owned(), store.url());
    let mut command = program.command(&["replay", "--prepare", "--concurrency", "16", "--url", &url, &file]);
    let mut child = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let some = invoices.takings.orders / 5;
    crate::harness::eventually("some orders are placed", async || {
        let placed = store.admin().get("/orders?status=confirmed&limit=100").await.items().len();
        (i64::try_from(placed).unwrap() >= some.min(100)).then_some(())
    })
    .await;
    store.kill();
    tokio::time::sleep(Duration::from_millis(200)).await;
    child.kill().ok();
    child.wait().unwrap();
    program.serves().await
}

/// What the store at `place` holds.
async fn counted_in(place: &Place) -> Takings {
    let store = Store::attach(place.settings(), Seams::system()).await.unwrap();
    let takings = counted(&store).await;
    store.close().await;
    takings
}

/// What a store holds, counted in its own tables.
async fn counted(store: &Store) -> Takings {
    let figure = async |db: &Db, sql: &str| -> i64 {
        let row = db.reader().query_one_raw(db.dialect().statement(sql, [])).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    };
    let databases = |module| store.databases.of(module).unwrap();
    let confirmed = "FROM orders, {each}(orders.lines) AS line WHERE status = 'confirmed'";
    let takings = Takings {
        orders: figure(databases("order"), "SELECT COUNT(*) FROM orders WHERE status = 'confirmed'").await,
        lines: figure(databases("order"), &format!("SELECT COUNT(*) {confirmed}")).await,
        units: figure(databases("inventory"), "SELECT CAST(SUM(on_hand - available) AS bigint) FROM level").await,
        pence: figure(databases("payment"), "SELECT CAST(SUM(captured) AS bigint) FROM payment").await,
    };
    let authorized = figure(databases("payment"), "SELECT CAST(SUM(authorized) AS bigint) FROM payment").await;
    let theirs = "SELECT CAST(SUM(amount) AS bigint) FROM simulated_ledger WHERE operation = 'capture'";
    assert_eq!((authorized, figure(databases("payment"), theirs).await), (takings.pence, takings.pence));
    takings
}
