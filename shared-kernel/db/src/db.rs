//! Opens a module's database and keeps its connections.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI32, AtomicI64},
    },
    time::Duration,
};

use backon::{ExponentialBuilder, Retryable};
use kernel::Seams;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, TransactionTrait,
    sqlx::{
        ConnectOptions as _,
        sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};
use tokio::sync::Mutex;

use crate::{
    Bus, DbError, Dialect, Durability, SubscriptionFailure, Target,
    chained::ChainedTransactions,
    checkpoint,
    error::is_retryable,
    feed::{LogCache, PendingEvents},
    guard, planner, private,
    single_writer::SingleWriter,
    subscription_failure::SubscriptionFailures,
    target::WAIT,
    time,
};

/// Connections for reading whole tables, which is done one statement after the other.
const SURVEYORS: u32 = 2;

/// One module's database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) module: &'static str,
    pub(crate) dialect: Dialect,
    pub(crate) readers: DatabaseConnection,
    pub(crate) writer: Writer,
    /// For [`crate::checkpoint`] and migrations. SQLite only.
    pub(crate) maintenance: Option<DatabaseConnection>,
    pub(crate) bus: Bus,
    pub(crate) seams: Seams,
    pub(crate) failures: SubscriptionFailures,
    pub(crate) pending_events: PendingEvents,
    pub(crate) log_cache: Mutex<LogCache>,
    /// The server's process by which this one hears of news; 0 while it does not.
    pub(crate) listens_as: AtomicI32,
    /// The newest event that [`crate::retention`] has deleted in this process.
    pub(crate) forgotten: AtomicI64,
}

/// SQLite has one writer; Postgres lets every connection write.
pub(crate) enum Writer {
    Single(SingleWriter),
    Pooled(ChainedTransactions),
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({}, {:?})", self.inner.module, self.inner.dialect)
    }
}

impl Db {
    /// Opens, and on SQLite creates, the database of `module`.
    ///
    /// # Errors
    ///
    /// [`DbError::Setup`] says what is wrong with the target: not reachable, not writable, or less
    /// durable than `durability` asks for.
    pub async fn open(
        module: &'static str,
        target: &Target,
        durability: Durability,
        bus: Bus,
        seams: Seams,
    ) -> Result<Self, DbError> {
        let mut maintenance = None;
        let (dialect, readers, writer) = match target {
            Target::Sqlite { file, readers } => {
                private::make(file)
                    .and_then(|()| private::database_files(file).try_for_each(|file| private::mend(&file)))
                    .map_err(|error| unopened(file, &error))?;
                let readers = open_sqlite(file, *readers, durability).await?;
                maintenance = Some(open_sqlite(file, 1, durability).await?);
                let options = SqliteConnectOptions::new().disable_statement_logging();
                let writer = SingleWriter::open(&sqlite_options(options, file, durability)).await;
                (Dialect::Sqlite, readers, Writer::Single(writer.map_err(|error| unopened(file, &error))?))
            }
            Target::Postgres { url, schema, connections } => {
                let pool = open_postgres((url, schema), *connections, durability, planner::lookups()).await?;
                (Dialect::Postgres, pool.clone(), Writer::Pooled(ChainedTransactions::on(pool, *connections)))
            }
            Target::Survey { url, schema, limit } => {
                let pool = open_postgres((url, schema), SURVEYORS, durability, planner::survey(*limit)).await?;
                (Dialect::Postgres, pool.clone(), Writer::Pooled(ChainedTransactions::on(pool, SURVEYORS)))
            }
        };
        if !guard::sabotaged("db.hearsay") {
            time::tell(&seams, dialect, &readers).await;
        }
        Ok(Self {
            inner: Arc::new(Inner {
                module,
                dialect,
                readers,
                writer,
                maintenance,
                bus,
                seams,
                failures: SubscriptionFailures::default(),
                pending_events: PendingEvents::default(),
                log_cache: Mutex::default(),
                listens_as: AtomicI32::default(),
                forgotten: AtomicI64::default(),
            }),
        })
    }

    pub fn module(&self) -> &'static str {
        self.inner.module
    }

    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    pub fn seams(&self) -> &Seams {
        &self.inner.seams
    }

    pub fn bus(&self) -> &Bus {
        &self.inner.bus
    }

    /// For reading outside a transaction. Writing goes through [`Db::transact`] alone.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.inner.readers
    }

    /// The connection on which migrations run.
    pub fn migration_connection(&self) -> &DatabaseConnection {
        match (&self.inner.writer, &self.inner.maintenance) {
            (Writer::Pooled(chained), _) => chained.pool(),
            (Writer::Single(_), Some(connection)) => connection,
            (Writer::Single(_), None) => &self.inner.readers,
        }
    }

    /// What keeps the module's subscriptions, as they run in this process, from getting on.
    pub fn subscription_failures(&self) -> Vec<SubscriptionFailure> {
        self.inner.failures.all()
    }

    /// Runs `work` while no other process does so on this database: for what only one of several processes that start
    /// together may do. On SQLite the file belongs to one process anyway.
    #[expect(clippy::disallowed_methods, reason = "holds a lock of the database, and writes nothing")]
    pub async fn alone<T, E: From<DbError>>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let Writer::Pooled(chained) = &self.inner.writer else { return work.await };
        let lock = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; SET LOCAL idle_in_transaction_session_timeout = 0; \
                    SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.alone'))";
        let turn = chained.pool().begin().await.map_err(DbError::from)?;
        turn.execute_unprepared(lock).await.map_err(DbError::from)?;
        let done = work.await;
        turn.commit().await.map_err(DbError::from)?;
        done
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.reader().execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Finishes what is under way and closes every connection.
    pub async fn close(&self) -> Result<(), DbError> {
        match &self.inner.writer {
            Writer::Single(writer) => writer.close().await?,
            Writer::Pooled(chained) => chained.give_up().await,
        }
        if let Some(maintenance) = &self.inner.maintenance {
            maintenance.clone().close().await?;
        }
        self.inner.readers.clone().close().await?;
        Ok(())
    }
}

async fn open_sqlite(file: &Path, connections: u32, durability: Durability) -> Result<DatabaseConnection, DbError> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    // Two at least: one may keep other processes out while the other works.
    options.max_connections(connections.max(2)).min_connections(1).sqlx_logging(false).record_stmt_in_spans(false);
    options.acquire_timeout(WAIT).idle_timeout(None).max_lifetime(None).test_before_acquire(false);
    let path = file.to_owned();
    options.map_sqlx_sqlite_opts(move |options| sqlite_options(options, &path, durability));
    // Another connection may be about to make the file, or to recover it.
    let waits = ExponentialBuilder::default().with_min_delay(Duration::from_millis(50)).with_max_times(6);
    let connect = || Database::connect(options.clone());
    let connected = connect.retry(waits).sleep(tokio::time::sleep).when(is_retryable).await;
    connected.map_err(|error| unopened(file, &error))
}

fn sqlite_options(options: SqliteConnectOptions, file: &Path, durability: Durability) -> SqliteConnectOptions {
    let synchronous = match durability {
        Durability::Full => SqliteSynchronous::Full,
        Durability::Relaxed => SqliteSynchronous::Normal,
    };
    options
        .filename(file)
        .in_memory(false)
        .shared_cache(false)
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::None)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(WAIT)
        .statement_cache_capacity(200)
        .pragma("temp_store", "memory")
        // The pages that every order changes go back into the file once for many orders, see `checkpoint`.
        .pragma("wal_autocheckpoint", checkpoint::FALLBACK)
        // KiB, negative as SQLite wants it.
        .pragma("cache_size", "-16000")
        // What is deleted is overwritten: payment tokens are, and must not stay behind in the file.
        .pragma("secure_delete", "FAST")
}

fn unopened(file: &Path, error: &dyn std::error::Error) -> DbError {
    DbError::Setup(format!("cannot open {}: {error}; check that the folder exists and is writable", file.display()))
}

/// `settings` are those of [`crate::planner`].
async fn open_postgres(
    (url, schema): (&str, &str),
    connections: u32,
    durability: Durability,
    settings: Vec<(&'static str, String)>,
) -> Result<DatabaseConnection, DbError> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).min_connections(1).sqlx_logging(false).record_stmt_in_spans(false);
    options.acquire_timeout(WAIT).connect_timeout(WAIT).test_before_acquire(false);
    options.set_schema_search_path(schema).set_application_name(format!("banyan-{schema}"));
    options.map_sqlx_postgres_opts(move |options| {
        options.statement_cache_capacity(200).options(settings.iter().map(|(name, value)| (*name, value.as_str())))
    });
    // What stands before the @ and what follows the ? may hold a password.
    let place = url.split('?').next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
    let failed = |what: &str, error: sea_orm::DbErr| DbError::Setup(format!("{what} postgres at {place}: {error}"));
    let pool = Database::connect(options).await.map_err(|error| failed("cannot reach", error))?;
    // Only one who may create it needs to: an operator's locked-down role finds its schema there.
    let exists = "SELECT 1 FROM information_schema.schemata WHERE schema_name = $1";
    let exists = Dialect::Postgres.statement(exists, [schema.into()]);
    if pool.query_one_raw(exists.clone()).await.map_err(|error| failed("cannot read", error))?.is_none() {
        let create = format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"");
        if let Err(error) = pool.execute_unprepared(&create).await {
            // Another process that starts may have been faster.
            let there = pool.query_one_raw(exists).await.is_ok_and(|row| row.is_some());
            if !there {
                return Err(failed("cannot create a schema in", error));
            }
        }
    }
    if durability == Durability::Full {
        refuse_weak_postgres(&pool, place).await?;
    }
    Ok(pool)
}

async fn refuse_weak_postgres(pool: &DatabaseConnection, place: &str) -> Result<(), DbError> {
    let sql = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'";
    let weak = pool.query_one_raw(Dialect::Postgres.statement(sql, [])).await?;
    match weak {
        None => Ok(()),
        Some(row) => {
            let setting: String = row.try_get_by_index(0)?;
            Err(DbError::Setup(format!(
                "postgres at {place} has {setting} = off: an acknowledged order could be lost; turn it on, or say durability = \"relaxed\""
            )))
        }
    }
}
