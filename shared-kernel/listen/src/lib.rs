//! The HTTP server's edge: what happens to a connection before and after the application sees a request.
//!
//! Reading order: [`Server`] runs an actix application on a listener. Below each connection lies a `stream`, which
//! gives every step a deadline, hands the application one request at a time, and turns a head that cannot be read
//! into a request that carries a [`Refusal`], so that the application answers it as it answers everything else.
//! [`Connections`] counts them and keeps a share for [`Crowded`] requests. [`raise_file_limit`] is called once, at
//! start.
//!
//! The application must answer a request that has a [`Refusal`] among its extensions with that refusal, and decide
//! what it does for one that is marked [`Crowded`].

mod addresses;
mod answer;
mod chunks;
mod connection;
mod connections;
mod exchange;
mod files;
mod head;
mod refusal;
mod server;
mod stream;
mod target;
mod timer;
mod worker;

pub use connections::{Connections, Ended, Share};
pub use files::{FileBudget, raise_file_limit};
pub use refusal::Refusal;
pub use server::{Server, Timeouts};

/// Marks a request that came over a connection of the spare share: all the others are taken.
///
/// The answer closes the connection. Only what an operator needs should be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowded;

#[cfg(test)]
mod tests;
