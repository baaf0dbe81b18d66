//! The tables of payment. Rows do not leave this folder.

pub(crate) mod holdings;
pub(crate) mod hot;
pub(crate) mod inbox;
pub(crate) mod migrations;
pub(crate) mod query;
pub(crate) mod refusals;
mod row;
pub(crate) mod store;

pub(crate) use row::{id_cell, time_cell};
