//! What a module is to the application that hosts it.
//!
//! Before it is built a module is a [`ModuleSpec`]: its name and needs, its settings, its tables, what others can know of
//! it. [`BuildContext`] gives it what it needs and nothing else. Built, it is a [`Module`]: its routes, the ports it serves,
//! the events it listens to, the work it does by itself, and the proof that its data is sound. [`Tasks`] runs that work and
//! waits for it at shutdown. [`answer`] joins what the database keeps under an idempotency key to what the web says.

pub mod address;
pub mod answer;
mod context;
mod holdings;
mod migration;
mod module;
mod retention;
mod secrets;
mod spec;
mod tasks;

pub use answer::{key, respond};
pub use context::{BuildContext, Host};
pub use holdings::{Holding, Holdings};
pub use migration::{Step, migrate};
pub use module::{Check, Module};
pub use retention::{Retention, days};
pub use secrets::Secrets;
pub use spec::{EventDocument, Example, ModuleDocument, ModuleSpec, NotWired};
pub use tasks::{Tasks, Worker};
