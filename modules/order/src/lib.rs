#![doc = include_str!("../README.md")]

mod application;
mod check;
mod config;
mod domain;
mod error;
mod http;
mod module;
mod persistence;
mod reactions;
mod view;

#[cfg(test)]
mod tests;

pub use application::{Feeds, Ports};
pub use config::Config;
pub use domain::{Status, promise::PromiseStatus};
pub use module::{GoodsSummary, Order, PaymentSummary, PromiseSummary};
