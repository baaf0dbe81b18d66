//! The deployable: four modules in one binary, an HTTP server around them, and a command line.
//!
//! Reading order: [`cli`] is what an operator types, [`config`] what may be set, [`wiring`] who gets whose port.
//! [`store::Store`] opens a store and serves it, for `banyan serve` and for the test suite alike. `routes` says who
//! answers which path and what stands around every answer; [`openapi`] writes the API down; [`replay`] sends real
//! invoices through it.

pub mod check;
pub mod cli;
pub mod client;
pub mod config;
pub mod databases;
pub mod demo;
pub mod keys;
pub mod openapi;
pub mod placement;
pub mod progress;
pub mod readers;
pub mod replay;
pub mod store;
pub mod telemetry;
pub mod wiring;

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
