//! Every scenario and every invariant of the store, through its public API, on SQLite and on Postgres.
//!
//! Reading order: `harness` opens shops and gives people hands; `stories` are what customers and shopkeepers do;
//! `contract` holds the API to its document and its ports to their contracts; `refusals` is every kind of bad input;
//! `invariants` is what must stay true, each with the control that shows that its test can fail; `processes` runs
//! the real binary, kills it, and sends real invoices through it.
//!
//! `BANYAN_TEST_POSTGRES` names a Postgres to run on as well; `BANYAN_SEED` replays a run, `BANYAN_KILLS` and
//! `BANYAN_FULL_REPLAY` make the long ones longer.

#[cfg(test)]
mod contract;
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
