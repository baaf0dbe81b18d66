//! A store, opened and served. The command line and the test suite start it the same way.
//!
//! Reading order: `state` is what an open store has, `opening` makes it from settings, `serving` puts servers before it.

mod opening;
mod serving;
pub(crate) mod state;

pub use serving::{Listeners, Serving};
pub use state::Store;

#[cfg(test)]
pub(crate) mod tests;
