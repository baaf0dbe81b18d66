//! What a database can answer, sorted by what a caller should do next.

use kernel::{Kind, Problem};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// A statement or a connection failed.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Away, busy, full or read-only: the same request may succeed later.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    #[error("the database refused a statement")]
    Statement(#[source] DbErr),
    /// The group commit that the work belonged to failed or was abandoned; nothing of it was kept.
    #[error("the commit was lost: {0}")]
    CommitLost(String),
    /// A write has not changed the rows that it must: another transaction was faster. Nothing was kept.
    #[error("a row was changed by another transaction")]
    Overtaken,
    #[error("a stored {what} cannot be read: {detail}")]
    Corrupt { what: &'static str, detail: String },
    #[error("{0}")]
    Setup(String),
    /// What a reader has read is no longer in the log, or is another event now. Whoever went on would skip.
    #[error(
        "the feed of {feed} went back: event {position}, which was read before, is not there any more, and its newest \
         is {head}; it was probably restored from an older backup. Restore the reader's data from the same time, or \
         move its cursor with `banyan events seek`"
    )]
    FeedWentBack { feed: String, position: i64, head: i64 },
    /// What a reader has yet to read was deleted. Whoever went on would skip.
    #[error(
        "the feed of {feed} begins at event {first} now, and the reader stands after {position}: what lies between was \
         retired. Restore a younger backup of the reader's data, or accept the gap with `banyan events seek`"
    )]
    FeedRetired { feed: String, position: i64, first: i64 },
    /// A cursor was to be put where no event is.
    #[error("the feed of {feed} reaches event {head}: no cursor can stand after event {position}")]
    BeyondFeed { feed: String, position: i64, head: i64 },
    /// A feed in another process does not answer: it may, later.
    #[error("the feed of {feed} is away: {detail}")]
    FeedAway { feed: String, detail: String },
    /// A feed in another process answers what is not a feed's answer.
    #[error("the feed of {feed} cannot be read: {detail}")]
    FeedRefused { feed: String, detail: String },
}

impl DbError {
    #[expect(clippy::needless_pass_by_value, reason = "so that `map_err` can hand the cause over as it is")]
    pub fn corrupt(what: &'static str, detail: impl ToString) -> Self {
        Self::Corrupt { what, detail: detail.to_string() }
    }

    /// Whether a reader must stop until a person has decided how it goes on.
    pub fn strands_reader(&self) -> bool {
        matches!(self, Self::FeedWentBack { .. } | Self::FeedRetired { .. })
    }

    /// A row that another belongs to is not there, or is to go while the other stays.
    pub fn lacks_parent(&self) -> bool {
        matches!(self, Self::Statement(error) if matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))))
    }

    /// A row with the same unique key is already there.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Statement(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))))
    }
}

impl From<DbErr> for DbError {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::RecordNotUpdated => Self::Overtaken,
            error if is_unavailable(&error) => Self::Unavailable(error),
            error => Self::Statement(error),
        }
    }
}

impl Problem for DbError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unavailable(_) | Self::CommitLost(_) | Self::Overtaken | Self::FeedAway { .. } => Kind::Unavailable,
            Self::FeedWentBack { .. } | Self::BeyondFeed { .. } => Kind::Conflict,
            Self::Statement(_)
            | Self::Corrupt { .. }
            | Self::Setup(_)
            | Self::FeedRetired { .. }
            | Self::FeedRefused { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::CommitLost(_) | Self::Overtaken => "storage-unavailable",
            Self::FeedAway { .. } => "feed-unavailable",
            Self::FeedWentBack { .. } => "feed-went-back",
            Self::BeyondFeed { .. } => "beyond-feed",
            _ => "internal",
        }
    }
}

/// Whether trying the same transaction again may succeed: the database chose a victim, not a verdict. Even a commit that
/// is told so has not happened.
pub(crate) fn is_retryable(error: &DbErr) -> bool {
    // 40001 serialization_failure, 40P01 deadlock_detected, 55P03 lock_not_available,
    // 25P03 idle_in_transaction_session_timeout (Postgres, appendix A);
    // 5 SQLITE_BUSY and its extended code 517 SQLITE_BUSY_SNAPSHOT, 6 SQLITE_LOCKED.
    matches!(code(error).as_deref(), Some("40001" | "40P01" | "55P03" | "25P03" | "5" | "517" | "6"))
}

/// Whether SQLite may have ended the transaction of a statement that failed so. A constraint (19) and a statement that is wrong (1)
/// end only the statement.
pub(crate) fn ends_transaction(error: &DbErr) -> bool {
    let primary = code(error).and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
    !matches!(primary, Some(1 | 19))
}

/// Whether the connection was lost: what was not committed on it will not be.
pub(crate) fn is_disconnected(error: &DbErr) -> bool {
    // 57P01 admin_shutdown, 57P02 crash_shutdown (Postgres, appendix A).
    matches!(code(error).as_deref(), Some("57P01" | "57P02"))
        || matches!(sqlx_error(error), Some(sea_orm::sqlx::Error::Io(_)))
}

fn is_unavailable(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    match sqlx_error(error) {
        // 5 busy, 8 read-only, 10 input/output, 13 full (SQLite, low byte of the extended code);
        // class 53 insufficient resources, 57 operator intervention, 08 connection (Postgres).
        Some(sea_orm::sqlx::Error::Database(_)) => code(error).is_some_and(|code| {
            let low_byte = code.parse::<u32>().map(|code| code & 0xff);
            code.len() == 5 && ["53", "57", "08"].iter().any(|class| code.starts_with(class))
                || code.len() < 5 && matches!(low_byte, Ok(5 | 8 | 10 | 13))
        }),
        Some(error) => matches!(
            error,
            sea_orm::sqlx::Error::Io(_)
                | sea_orm::sqlx::Error::PoolTimedOut
                | sea_orm::sqlx::Error::PoolClosed
                | sea_orm::sqlx::Error::WorkerCrashed
        ),
        None => false,
    }
}

fn code(error: &DbErr) -> Option<String> {
    match sqlx_error(error)? {
        sea_orm::sqlx::Error::Database(database) => database.code().map(std::borrow::Cow::into_owned),
        _ => None,
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sea_orm::sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Conn(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}
