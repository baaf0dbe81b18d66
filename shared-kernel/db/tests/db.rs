//! What the data layer promises, on SQLite and, when `BANYAN_TEST_POSTGRES` names a server, on Postgres.

#[cfg(test)]
#[path = "db/chained.rs"]
mod chained;
#[cfg(test)]
#[path = "db/checkpoint.rs"]
mod checkpoint;
#[cfg(test)]
#[path = "db/concern.rs"]
mod concern;
#[cfg(test)]
#[path = "db/going_back.rs"]
mod going_back;
#[cfg(test)]
#[path = "db/handed_over.rs"]
mod handed_over;
#[cfg(test)]
#[path = "db/harness.rs"]
mod harness;
#[cfg(test)]
#[path = "db/idempotency.rs"]
mod idempotency;
#[cfg(test)]
#[path = "db/outbox.rs"]
mod outbox;
#[cfg(test)]
#[path = "db/planner.rs"]
mod planner;
#[cfg(test)]
#[path = "db/processes.rs"]
mod processes;
#[cfg(test)]
#[path = "db/retention.rs"]
mod retention;
#[cfg(test)]
#[path = "db/rows.rs"]
mod rows;
#[cfg(test)]
#[path = "db/snapshot.rs"]
mod snapshot;
#[cfg(test)]
#[path = "db/subscription.rs"]
mod subscription;
#[cfg(test)]
#[path = "db/tenure.rs"]
mod tenure;
#[cfg(test)]
#[path = "db/time.rs"]
mod time;
#[cfg(test)]
#[path = "db/transact.rs"]
mod transact;
