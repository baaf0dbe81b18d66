use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use kernel::{Event, event::Schema};
use kernel_db::{Db, DbError};
use port::PortSpec;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{BuildContext, Holdings, Module, Step};

/// What a bounded context is to its host, before it is built.
///
/// The host has one list of these. Settings, databases, placement, documents, conformance and checks come from the list;
/// nothing else in the host names a module.
#[async_trait]
pub trait ModuleSpec: Module + Sized {
    /// Of its settings, its database, its feed.
    const NAME: &'static str;

    /// The other modules whose ports it calls or whose events it reads. [`BuildContext`] hands out nothing else.
    const NEEDS: &'static [&'static str];

    /// Whether a process that has this module's data may give a new store its identity. Others learn it from such a
    /// process.
    const FOUNDS_STORE: bool = false;

    type Config: DeserializeOwned + Default + Debug + Clone + Send + Sync + 'static;

    /// The steps that make its tables.
    fn migrations() -> Vec<Step>;

    /// What others can know of it: its tags, ports and events.
    fn document() -> ModuleDocument;

    /// Wires it. Nothing is called and nothing is read yet: the ports that it is given may not be served yet.
    fn build(config: Self::Config, cx: &BuildContext<'_>) -> Result<Arc<Self>, NotWired>;

    /// What `db`, a database of this module, has that could be lost. The module need not run on it.
    async fn holdings(db: &Db) -> Result<Holdings, DbError>;

    /// Read connections that it needs beside those that every module has. SQLite only.
    fn readers(_config: &Self::Config) -> u32 {
        0
    }

    /// Why clients on other machines must not reach a store with these settings, and what to set; `None` when they may.
    fn exposure(_config: &Self::Config) -> Option<&'static str> {
        None
    }
}

/// What others can know of a module without calling it.
#[derive(Debug, Clone, Default)]
pub struct ModuleDocument {
    /// The tags of its operations in the public API, each with a sentence for its readers.
    pub tags: Vec<(&'static str, &'static str)>,
    pub ports: Vec<PortSpec>,
    /// [`EventDocument::of`] its events.
    pub events: Option<fn() -> EventDocument>,
    /// Bodies that may be sent as they stand to a store with its demonstration catalog.
    pub examples: Option<fn() -> Vec<Example>>,
}

/// What a module publishes: a schema for the data of each type of event.
#[derive(Debug, Clone)]
pub struct EventDocument {
    pub source: &'static str,
    pub types: Vec<(&'static str, Schema)>,
}

impl EventDocument {
    pub fn of<E: Event>() -> Self {
        Self { source: E::SOURCE, types: E::schemas() }
    }
}

/// An example of what an operation takes.
#[derive(Debug, Clone)]
pub struct Example {
    /// In small letters, as the document has it.
    pub method: &'static str,
    /// With the API's base, such as `/api/v1/orders`.
    pub path: &'static str,
    pub media_type: &'static str,
    pub body: Value,
}

impl Example {
    pub const fn json(method: &'static str, path: &'static str, body: Value) -> Self {
        Self { method, path, media_type: "application/json", body }
    }
}

/// Why a module could not be wired. Every message says what to change.
#[derive(Debug, thiserror::Error)]
pub enum NotWired {
    #[error(
        "the module `{module}` asks for the port `{port}` of `{owner}`, and its NEEDS do not name that module: add \
         \"{owner}\" to NEEDS in modules/{module}/src/module.rs, or do without the port"
    )]
    PortNotNamed { module: &'static str, port: &'static str, owner: &'static str },
    #[error(
        "the module `{module}` asks for the events of `{source_name}`, and its NEEDS do not name that module: add \
         \"{source_name}\" to NEEDS in modules/{module}/src/module.rs, or do without the events"
    )]
    FeedNotNamed { module: &'static str, source_name: &'static str },
    #[error(
        "the module `{module}` asks for the port `{port}`, which no module of this build offers: list it in the `document` \
         of the module that serves it, and that module in app/src/wiring.rs"
    )]
    NoSuchPort { module: &'static str, port: &'static str },
    #[error(
        "the module `{module}` asks for the events of `{source_name}`, and there is no such module in this build: see the \
         list in app/src/wiring.rs"
    )]
    NoSuchFeed { module: &'static str, source_name: &'static str },
    #[error("the settings of the module `{module}` cannot be used: {detail}")]
    Settings { module: &'static str, detail: String },
}
