#![doc = include_str!("../README.md")]
//!
//! # Reading order
//!
//! `domain` is what stock means: how a claim may move, what each movement does to a level. `application` has one
//! file for each thing that can be done; `port` offers the first of them to other modules, `http` to people, and
//! `reactions` does others when catalog and order have published. `persistence` is the only SQL, and
//! `persistence/hot.rs` the only place that changes a level.

mod application;
mod config;
mod domain;
mod error;
mod http;
mod module;
mod persistence;
mod port;
mod reactions;

pub use config::Config;
pub use module::{ClaimSummary, Feeds, Inventory};
