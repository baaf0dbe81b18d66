//! What can be done to stock: one file for each thing.
//!
//! Each thing is decided for one, on a [`UnitOfWork`]. The module's [`BatchQueue`] carries out many commands with one
//! unit of work and one transaction; a reaction does the same with many events.

mod adjust;
mod command;
mod commit;
mod expire;
mod forget;
mod hold;
mod inspect;
mod introduce;
mod mend;
mod release;
mod threshold;
mod unit_of_work;
mod wish;

pub(crate) use unit_of_work::UnitOfWork;

use kernel_db::{BatchQueue, Db};

use self::command::StockWork;
use crate::Config;

/// Where the use cases live.
pub(crate) struct InventoryService {
    db: Db,
    config: Config,
    looked: forget::Looked,
    commands: BatchQueue<StockWork>,
}

impl InventoryService {
    pub(crate) fn new(db: Db, config: Config) -> Self {
        let commands = BatchQueue::new(db.clone(), StockWork::new(config.share()));
        Self { db, config, looked: forget::Looked::default(), commands }
    }

    pub(crate) const fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) const fn config(&self) -> &Config {
        &self.config
    }
}
