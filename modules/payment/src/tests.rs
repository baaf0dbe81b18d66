//! What payment promises, on SQLite and, when `BANYAN_TEST_POSTGRES` names a server, on Postgres.

mod cancelled;
mod concurrent;
mod contract;
mod crashes;
mod crowds;
mod golden;
mod harness;
mod http;
mod ledger;
mod moves;
mod plain;
mod plans;
mod promises;
mod served;
mod webhooks;
