//! The settings as types.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    path::PathBuf,
    time::Duration,
};

use kernel_module::{Retention, address};
use kernel_remote::{FacadeConfig, RemoteConfig};
use port::Placement;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::edge::{Http, Limits, OperatorListener, PortsListener};
use crate::registry::ModuleConfig;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    pub http: Http,
    pub limits: Limits,
    pub operator: OperatorListener,
    pub data: DataSettings,
    pub admin: Admin,
    pub server: Server,
    pub log: Log,
    pub ports: PortsListener,
    pub service: Service,
    pub remote: RemoteConfig,
    pub facade: FacadeConfig,
    pub retention: Retention,
    pub modules: Modules,
    /// The modules that this process was started for, as `serve --only` names them; `None` means a whole store.
    pub only: Option<BTreeSet<&'static str>>,
    /// Whether an operator said, with `serve --leave-data-behind`, that modules go on without the data they had.
    pub leave_data_behind: bool,
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
    /// The longest that `banyan check` lets the database work on one rule. Postgres only.
    pub check_limit_seconds: NonZeroU32,
}

impl DataSettings {
    pub fn check_limit(&self) -> Duration {
        Duration::from_secs(self.check_limit_seconds.get().into())
    }
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

/// The settings of every module, by its name.
#[derive(Debug, Clone)]
pub struct Modules(pub(super) BTreeMap<&'static str, ModuleSettings>);

/// How the processes of one store know each other.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Signs the tokens that calls between processes show; the same in all of them, 32 characters or more.
    pub key: SecretString,
    /// Is accepted beside it while keys are changed.
    pub previous_key: SecretString,
    /// What this process is called in the logs of others.
    pub name: String,
}

/// What the application needs to know of any module, and what the module itself wants to be told.
#[derive(Debug, Clone)]
pub struct ModuleSettings {
    pub common: OfAnyModule,
    pub config: ModuleConfig,
}

/// What the application needs to know of any module.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfAnyModule {
    #[serde(deserialize_with = "placement")]
    pub placement: Placement,
    /// The module's own database, when it is not where the others are. Postgres only.
    pub url: SecretString,
    pub remote: RemoteAddresses,
}

/// Where a module is when it is not in this process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteAddresses {
    /// Its port server: ports and feeds, never public.
    #[serde(deserialize_with = "url")]
    pub ports: String,
    /// Its public routes.
    #[serde(deserialize_with = "url")]
    pub public: String,
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|text| address::url(&text))
}

fn placement<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Placement, D::Error> {
    let name = String::deserialize(deserializer)?;
    [Placement::Local, Placement::Remote]
        .into_iter()
        .find(|placement| placement.to_string() == name)
        .ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no placement: say `local` or `remote`")))
}

impl Modules {
    pub fn of(&self, module: &str) -> Option<&OfAnyModule> {
        self.0.get(module).map(|settings| &settings.common)
    }

    /// What the module itself wants to be told.
    pub fn config(&self, module: &str) -> Option<&ModuleConfig> {
        self.0.get(module).map(|settings| &settings.config)
    }

    pub fn commons(&mut self) -> impl Iterator<Item = &mut OfAnyModule> {
        self.0.values_mut().map(|settings| &mut settings.common)
    }
}
