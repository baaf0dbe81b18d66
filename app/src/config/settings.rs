//! The settings as types.

use std::{net::SocketAddr, path::PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    pub http: Http,
    pub data: DataSettings,
    pub admin: Admin,
    pub server: Server,
    pub log: Log,
    pub modules: Modules,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where the public API listens.
    pub listen: SocketAddr,
    /// Threads that serve requests; 0 means one for each core.
    pub workers: usize,
    /// How large the body of a request may be where the operation sets no limit of its own.
    pub body_limit_bytes: usize,
    /// How long a stopping server waits for requests that are under way.
    pub stop_limit_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Where databases and made keys are kept.
    pub folder: PathBuf,
    /// A `postgres://` address; empty means one SQLite file for each module, in `folder`.
    pub url: SecretString,
    /// Stands before the name of a module to make the name of its schema. Postgres only.
    pub schema_prefix: String,
    pub durability: Durability,
    /// Connections of each module. Postgres only.
    pub connections: u32,
    /// Read connections of each module, beside the one that writes. SQLite only.
    pub readers: u32,
}

/// How much a commit promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    Full,
    Relaxed,
}

impl From<Durability> for kernel_db::Durability {
    fn from(durability: Durability) -> Self {
        match durability {
            Durability::Full => Self::Full,
            Durability::Relaxed => Self::Relaxed,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// What admin operations must show; empty means `admin.key` in the data folder, made on first start.
    pub key: SecretString,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// What order tokens and webhook signatures are made from; empty means `server.key` in the data folder.
    pub secret: SecretString,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A level, or directives such as `info,order=debug`.
    pub level: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    Text,
    Json,
}

#[derive(Debug, Clone)]
pub struct Modules {
    pub catalog: ModuleSettings<catalog::Config>,
    pub inventory: ModuleSettings<inventory::Config>,
    pub order: ModuleSettings<order::Config>,
    pub payment: ModuleSettings<payment::Config>,
}

/// What the application needs to know of any module, and what the module itself wants to be told.
#[derive(Debug, Clone)]
pub struct ModuleSettings<C> {
    pub placement: Placement,
    /// The module's own database, when it is not where the others are. Postgres only.
    pub url: SecretString,
    pub config: C,
}

/// Where a module lives. This build knows one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In this process.
    Local,
}
