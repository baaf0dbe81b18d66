//! What can be done to stock: one file for each thing.

mod adjust;
mod commit;
mod hold;
mod inspect;
mod introduce;
mod mend;
mod release;
mod sweep;
mod threshold;

pub(crate) use release::end as end_claim;

use kernel_db::Db;

use crate::Config;

/// Where the use cases live.
#[derive(Debug)]
pub(crate) struct Stockroom {
    db: Db,
    config: Config,
}

impl Stockroom {
    pub(crate) const fn new(db: Db, config: Config) -> Self {
        Self { db, config }
    }

    pub(crate) const fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) const fn config(&self) -> &Config {
        &self.config
    }
}
