//! How a module keeps its data, and the only place that knows SQLite from Postgres.
//!
//! Reading order: [`Target`] says where a module's data lives, [`Db`] opens it, [`Db::transact`] is the
//! one way to write, and a [`BatchQueue`] lets many commands share one such write. [`outbox`] publishes inside such a
//! transaction; [`feed`] reads an outbox in commit order; a [`Subscription`] applies another module's events exactly
//! once; [`parking`] holds back the stream of an event that cannot be applied; [`SubscriptionFailure`] says why a
//! subscription does not get on. [`pg_notify`] tells the processes that share a Postgres of each other's events. [`retention`]
//! deletes what every cursor and every [`reader`] elsewhere has passed. [`checkpoint`] copies SQLite's log beside the writer.
//! [`idempotency`] keeps one answer per key, [`lease`] lets one of several processes do a job. [`private`] keeps files from
//! other users of the machine. [`tenure`] names the store that a database belongs to, and whether its data leads. [`Sql`] is a
//! statement with a name, and [`rows`] are what it is given; [`plan`] shows tests how it is run, [`snapshot`] keeps both.

// The derive `Rows` names this crate by its own name, here as elsewhere.
extern crate self as kernel_db;

pub mod bus;
pub mod capacity;
mod chained;
pub mod checkpoint;
pub mod ddl;
pub mod dialect;
pub mod error;
pub mod feed;
pub mod guard;
pub mod idempotency;
pub mod lease;
pub mod outbox;
pub mod parking;
pub mod pg_notify;
pub mod plan;
pub mod private;
pub mod reader;
pub mod retention;
pub mod rows;
pub mod snapshot;
pub mod subscription;
pub mod target;
pub mod tenure;

mod db;
mod planner;
mod queue;
mod read;
mod single_writer;
mod sql;
mod subscription_failure;
mod time;
mod transact;
mod tx;
mod write;

pub use bus::{Bus, Reacted};
pub use db::Db;
pub use db_macros::Rows;
pub use dialect::Dialect;
pub use error::DbError;
pub use feed::{Feed, LocalFeed, Place};
pub use outbox::Cause;
pub use queue::{BatchQueue, BatchWork};
pub use read::columns;
pub use rows::Rows;
pub use sql::{Sql, SqlText};
pub use subscription::{Reaction, ReactionError, Subscription};
pub use subscription_failure::SubscriptionFailure;
pub use target::{Durability, Target};
pub use tx::Tx;
pub use write::Write;
