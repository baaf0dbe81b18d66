//! What the data layer promises, on SQLite and, when `BANYAN_TEST_POSTGRES` names a server, on Postgres.

#[path = "db/harness.rs"]
mod harness;
#[path = "db/idempotency.rs"]
mod idempotency;
#[path = "db/sequencer.rs"]
mod sequencer;
#[path = "db/subscription.rs"]
mod subscription;
#[path = "db/transact.rs"]
mod transact;
