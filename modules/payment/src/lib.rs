#![doc = include_str!("../README.md")]

mod application;
mod check;
mod config;
mod domain;
mod error;
mod http;
mod module;
mod persistence;
mod port;
mod provider;
mod reactions;
mod signature;

pub use config::{Config, SimulatedConfig};
pub use module::{Feeds, Payment};
pub use persistence::refusals::KeptPromise;
pub use signature::{NotASecret, WebhookSecret};

#[cfg(test)]
mod tests;
