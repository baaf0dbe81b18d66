//! The deployable: the modules in one binary, an HTTP server around them, and a command line.
//!
//! Reading order: [`cli`] is what an operator types, [`wiring`] the list of the modules, [`registry`] what the host does with
//! any of them, [`config`] what may be set, `assembly` how the modules are built and joined.
//! [`store::Store`] opens a store and serves it, for `banyan serve` and for the test suite alike. `routes` says who
//! answers which path and what stands around every answer; [`openapi`] writes the API down, and [`documents`] commits it
//! with the ports and events; [`replay`] sends real invoices through it.

pub mod check;
pub mod cli;
pub mod client;
pub mod config;
pub mod databases;
pub mod demo;
pub mod documents;
pub mod keys;
pub mod openapi;
pub mod placement;
pub mod progress;
pub mod readers;
pub mod registry;
pub mod replay;
pub mod store;
pub mod telemetry;
pub mod wiring;

mod assembly;
mod clock;
mod docs;
mod edge;
mod events_view;
mod exposure;
mod fence;
mod gzip;
mod health;
mod listen;
mod metrics;
mod modules_view;
mod observe;
mod page;
mod retention;
mod route_table;
mod routes;
