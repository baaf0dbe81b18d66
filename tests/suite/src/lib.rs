//! Every scenario and every invariant of the store, through its public API, on SQLite and on Postgres, wherever the
//! modules are.
//!
//! Reading order: `harness` opens shops and gives people hands; `stories` are what customers and shopkeepers do;
//! `contract` holds the API to its document and its ports to their contracts; `refusals` is every kind of bad input;
//! `invariants` is what must stay true, each with the control that shows that its test can fail; `processes` runs
//! the real binary, kills it, and sends real invoices through it; `elsewhere` puts a module into another process: ours,
//! the one of `tests/foreign`, which is written in Python, or one that is not what it should be.
//!
//! What `stories!` lists runs in three placements: with every module in the process of the test and with every module in a
//! process of its own, both on each database; and with one module in a process of its own, on one database. The name of the
//! story chooses that module, among those that the story touches, and that database, so that over the suite each module is
//! alone many times (`harness/choices.rs`). The processes run the real binary. `invariants/lines.rs` puts a bad line between
//! them; `edge` is what stands before all operations. Only in the process of the test run
//!
//! - every control, and what stops a process at a step (`orphan_holds`, `delivery`): a failpoint is in the
//!   process that it stops, and the binary that people run has none;
//! - the store with a deaf bus: no setting takes the bus away;
//!
//! and in one process of the binary those of `processes` that are about one: its start, its end, its syncs and kills.
//!
//! `BANYAN_PLACEMENTS` lists other placements, such as `local,inventory,all`, each on both databases, and `matrix` is every
//! one (`scripts/test matrix`). `BANYAN_TEST_POSTGRES` names a Postgres to run on as well; `BANYAN_SEED` replays a run,
//! `BANYAN_KILLS` and `BANYAN_FULL_REPLAY` make the long ones longer. With `BANYAN_TIMES=10` the invariants are tried ten
//! times as often:
//! 500 keys, 480 abandoned orders, 2,400 steps with money, 30 kills on each database.

#[cfg(test)]
mod contract;
#[cfg(test)]
mod edge;
#[cfg(test)]
mod elsewhere;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod stories;
