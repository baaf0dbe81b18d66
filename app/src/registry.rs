//! A module as its host knows it before it is built: its [`ModuleSpec`] without its type.

use std::{any::Any, fmt, marker::PhantomData, sync::Arc};

use ::config::{Config, ConfigError};
use async_trait::async_trait;
use kernel_db::{Db, DbError};
use kernel_module::{BuildContext, Holdings, Host, Module, ModuleDocument, ModuleSpec, NotWired, Step};

/// What the host does with any module.
#[async_trait]
pub trait Registered: Send + Sync {
    fn name(&self) -> &'static str;

    /// The other modules whose ports it calls or whose events it reads.
    fn needs(&self) -> &'static [&'static str];

    /// Whether a process that has its data may give a new store its identity.
    fn founds_store(&self) -> bool;

    /// Reads its settings.
    fn config(&self, values: Config) -> Result<ModuleConfig, ConfigError>;

    fn default_config(&self) -> ModuleConfig;

    fn migrations(&self) -> Vec<Step>;

    fn document(&self) -> ModuleDocument;

    /// Read connections that it needs beside those that every module has.
    fn readers(&self, config: &ModuleConfig) -> u32;

    /// Why clients on other machines must not reach a store with these settings.
    fn exposure(&self, config: &ModuleConfig) -> Option<&'static str>;

    fn build(&self, config: &ModuleConfig, db: Db, host: &dyn Host) -> Result<Arc<dyn Module>, NotWired>;

    /// What `db` has that could be lost.
    async fn holdings(&self, db: &Db) -> Result<Holdings, DbError>;
}

/// The module `M`, for the list in `wiring.rs`.
pub const fn module<M: ModuleSpec>() -> &'static dyn Registered {
    &Of::<M>(PhantomData)
}

struct Of<M>(PhantomData<fn() -> M>);

impl<M: ModuleSpec> Of<M> {
    /// Settings are read by the same entry that uses them. Those of another module mean this module's defaults.
    fn own(config: &ModuleConfig) -> M::Config {
        config.of::<M>().cloned().unwrap_or_default()
    }
}

#[async_trait]
impl<M: ModuleSpec> Registered for Of<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn needs(&self) -> &'static [&'static str] {
        M::NEEDS
    }

    fn founds_store(&self) -> bool {
        M::FOUNDS_STORE
    }

    fn config(&self, values: Config) -> Result<ModuleConfig, ConfigError> {
        Ok(ModuleConfig(Arc::new(values.try_deserialize::<M::Config>()?)))
    }

    fn default_config(&self) -> ModuleConfig {
        ModuleConfig(Arc::new(M::Config::default()))
    }

    fn migrations(&self) -> Vec<Step> {
        M::migrations()
    }

    fn document(&self) -> ModuleDocument {
        M::document()
    }

    fn readers(&self, config: &ModuleConfig) -> u32 {
        M::readers(&Self::own(config))
    }

    fn exposure(&self, config: &ModuleConfig) -> Option<&'static str> {
        M::exposure(&Self::own(config))
    }

    fn build(&self, config: &ModuleConfig, db: Db, host: &dyn Host) -> Result<Arc<dyn Module>, NotWired> {
        Ok(M::build(Self::own(config), &BuildContext::of::<M>(db, host))?)
    }

    async fn holdings(&self, db: &Db) -> Result<Holdings, DbError> {
        M::holdings(db).await
    }
}

/// A module's own settings.
#[derive(Clone)]
pub struct ModuleConfig(Arc<dyn AnyConfig>);

trait AnyConfig: Any + fmt::Debug + Send + Sync {}

impl<C: Any + fmt::Debug + Send + Sync> AnyConfig for C {}

impl ModuleConfig {
    /// Those of the module `M`; `None` when they are another module's.
    pub fn of<M: ModuleSpec>(&self) -> Option<&M::Config> {
        let any: &dyn Any = self.0.as_ref();
        any.downcast_ref()
    }
}

impl fmt::Debug for ModuleConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
