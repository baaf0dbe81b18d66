//! Who leads a module's data, written down in that data.
//!
//! Every module database names the store that it belongs to, itself, and its role. A copy of a file keeps all three, a
//! file that is moved takes them along, and a database of another store is told apart by them. Beside that it remembers
//! which database each other module of the store was last found on, so that an empty one in its place is noticed.

use kernel::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Value};
use uuid::Uuid;

use crate::{Db, DbError, Dialect, guard};

/// What a database is to its module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The module's data is here.
    Leader,
    /// It receives the data of a leader. Kept for a handover.
    Follower,
    /// It has all of the data and waits for the leader to cede. Kept for a handover.
    Prepared,
    /// The data was handed over to the peer.
    Ceded,
    /// An operator started the module elsewhere without this data.
    Left,
}

/// The one row of `tenure`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    /// The store that the data belongs to; `None` until the process has met the store's orders.
    pub store: Option<Uuid>,
    /// This database. A copy has the same.
    pub database: Uuid,
    pub role: Role,
    /// Counts the changes of role.
    pub epoch: i64,
    /// The other side of the latest change of role.
    pub peer: Option<String>,
    pub changed_by: String,
    pub changed_at: DateTime<Utc>,
}

/// The database on which another module of the store was last found.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Peer {
    pub module: String,
    pub database: Uuid,
    pub noted_by: String,
    pub noted_at: DateTime<Utc>,
}

impl Role {
    const ALL: [Self; 5] = [Self::Leader, Self::Follower, Self::Prepared, Self::Ceded, Self::Left];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Follower => "follower",
            Self::Prepared => "prepared",
            Self::Ceded => "ceded",
            Self::Left => "left",
        }
    }
}

/// Reads the row. `None` in a database that no process has opened since the table was added. Takes the connection of a
/// database whose tables may be older than this build's.
pub async fn read(db: &Db) -> Result<Option<Tenure>, DbError> {
    if guard::sabotaged("tenure::unread") || !has_table(db, "tenure").await? {
        return Ok(None);
    }
    db.one::<Row>(READ, []).await?.map(Row::tenure).transpose()
}

/// Makes the row where there is none, and names `store` in it where no store is named.
pub async fn open(db: &Db, store: Option<Uuid>) -> Result<Tenure, DbError> {
    let (database, now) = (db.seams().ids.secret(), db.seams().now());
    let row = db
        .transact(|tx| async move {
            let values: [Value; 3] = [store.into(), database.into(), now.into()];
            tx.run(OPEN, values).await?;
            if store.is_some() {
                tx.run(NAME_STORE, [store.into()]).await?;
            }
            tx.one::<Row>(READ, []).await
        })
        .await?;
    row.map(Row::tenure).transpose()?.ok_or_else(|| DbError::corrupt("tenure", "there is no row"))
}

/// Writes a change of role.
pub async fn change(db: &Db, role: Role, peer: Option<&str>, by: &str) -> Result<(), DbError> {
    let now = db.seams().now();
    db.transact(|tx| async move {
        let values: [Value; 4] = [role.as_str().into(), peer.into(), by.into(), now.into()];
        tx.run(CHANGE, values).await.map(drop)
    })
    .await
}

/// The databases on which the other modules were last found, by module.
pub async fn peers(db: &Db) -> Result<Vec<Peer>, DbError> {
    if guard::sabotaged("tenure::unread") {
        return Ok(Vec::new());
    }
    db.all("SELECT module, database_id AS database, noted_by, noted_at FROM tenure_peer ORDER BY module", []).await
}

/// Writes down the database on which `module` was found.
pub async fn note_peer(db: &Db, module: &str, database: Uuid, by: &str) -> Result<(), DbError> {
    let now = db.seams().now();
    db.transact(|tx| async move {
        let values: [Value; 4] = [module.into(), database.into(), by.into(), now.into()];
        tx.run(NOTE_PEER, values).await.map(drop)
    })
    .await
}

/// Forgets the database on which `module` was found: an operator lets it begin anew.
pub async fn forget_peer(db: &Db, module: &str) -> Result<(), DbError> {
    let sql = "DELETE FROM tenure_peer WHERE module = ?";
    db.transact(|tx| async move { tx.run(sql, [module.into()]).await.map(drop) }).await
}

/// Whether the database has a table of that name.
pub async fn has_table(db: &Db, table: &str) -> Result<bool, DbError> {
    let sql = match db.dialect() {
        Dialect::Sqlite => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
        Dialect::Postgres => {
            "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = ?"
        }
    };
    Ok(db.reader().query_one_raw(db.dialect().statement(sql, [table.into()])).await?.is_some())
}

#[derive(FromQueryResult)]
struct Row {
    store: Option<Uuid>,
    database_id: Uuid,
    role: String,
    epoch: i64,
    peer: Option<String>,
    changed_by: String,
    changed_at: DateTime<Utc>,
}

impl Row {
    fn tenure(self) -> Result<Tenure, DbError> {
        let Self { store, database_id: database, role, epoch, peer, changed_by, changed_at } = self;
        let role = Role::ALL.into_iter().find(|known| known.as_str() == role);
        let role = role.ok_or_else(|| DbError::corrupt("tenure", "its role is none that this build knows"))?;
        Ok(Tenure { store, database, role, epoch, peer, changed_by, changed_at })
    }
}

const READ: &str = "SELECT store, database_id, role, epoch, peer, changed_by, changed_at FROM tenure";
const OPEN: &str = "INSERT INTO tenure (one, store, database_id, role, epoch, changed_by, changed_at) \
                    VALUES (1, ?, ?, 'leader', 1, 'first start', ?) ON CONFLICT (one) DO NOTHING";
const NAME_STORE: &str = "UPDATE tenure SET store = ? WHERE store IS NULL";
const CHANGE: &str = "UPDATE tenure SET role = ?, epoch = epoch + 1, peer = ?, changed_by = ?, changed_at = ?";
const NOTE_PEER: &str = "INSERT INTO tenure_peer (module, database_id, noted_by, noted_at) VALUES (?, ?, ?, ?) \
                         ON CONFLICT (module) DO UPDATE SET database_id = excluded.database_id, \
                         noted_by = excluded.noted_by, noted_at = excluded.noted_at";
