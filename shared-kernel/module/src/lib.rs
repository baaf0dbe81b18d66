//! What a module is to the application that hosts it.
//!
//! A module implements [`Module`]: its routes, the ports it serves, the events it listens to, the work it
//! does by itself, and the proof that its data is sound. [`Tasks`] runs that work and waits for it at
//! shutdown. [`answer`] joins what the database keeps under an idempotency key to what the web says.

pub mod answer;
mod holdings;
mod module;
mod retention;
mod tasks;

pub use answer::{key, respond};
pub use holdings::{Holding, Holdings};
pub use module::{Check, Module};
pub use retention::{Retention, days};
pub use tasks::{Tasks, Worker};
