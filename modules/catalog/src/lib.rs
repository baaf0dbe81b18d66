#![doc = include_str!("../README.md")]

mod application;
mod cache;
mod config;
mod domain;
mod error;
mod http;
mod import;
mod module;
mod persistence;
mod port;
mod service;
mod view;

pub use config::Config;
pub use import::{Charset, ColumnMap, Format, ImportError, Report, RowError, Source};
pub use service::Catalog;

#[cfg(test)]
mod tests;
