//! How far every subscription has read, and what it holds back.

use std::{collections::HashMap, sync::Arc};

use kernel_db::{DbError, feed, parking, parking::Parked};
use kernel_module::Module;

/// Every module's log, and every cursor over one.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    pub outboxes: Vec<Outbox>,
    pub cursors: Vec<Cursor>,
}

/// A module's log.
#[derive(Debug, Clone)]
pub struct Outbox {
    pub module: &'static str,
    /// The position of its newest event.
    pub position: i64,
}

/// A consumer's place in a log.
#[derive(Debug, Clone)]
pub struct Cursor {
    /// The module that reads.
    pub module: &'static str,
    pub consumer: &'static str,
    pub source: &'static str,
    pub position: i64,
    /// The newest event of the log when it was looked at; `None` when the log is in another process.
    pub head: Option<i64>,
    /// Events that could not be applied, and those that wait behind them.
    pub held_back: Vec<Parked>,
}

impl Cursor {
    /// Events that are yet to be read.
    pub fn lag(&self) -> i64 {
        self.head.map_or(0, |head| (head - self.position).max(0))
    }
}

impl Progress {
    /// Looks at every module. Cursors are read before logs, so that a busy store never seems to have read what is
    /// not there.
    pub async fn of(modules: &[Arc<dyn Module>]) -> Result<Self, DbError> {
        let mut cursors = Vec::new();
        for module in modules {
            let mut held_back = parking::list(module.db()).await?;
            for subscription in module.subscriptions() {
                let (consumer, source) = (subscription.consumer(), subscription.source());
                let (own, others) =
                    held_back.into_iter().partition(|event| event.consumer == consumer && event.source == source);
                held_back = others;
                let position = subscription.position().await?;
                cursors.push(Cursor { module: module.name(), consumer, source, position, head: None, held_back: own });
            }
        }
        let mut outboxes = Vec::new();
        for module in modules {
            outboxes.push(Outbox { module: module.name(), position: feed::head(module.db()).await? });
        }
        let heads: HashMap<&str, i64> = outboxes.iter().map(|outbox| (outbox.module, outbox.position)).collect();
        for cursor in &mut cursors {
            cursor.head = heads.get(cursor.source).copied();
        }
        Ok(Self { outboxes, cursors })
    }

    /// For a log that is not the one which its readers here read.
    pub fn forget_log_of(&mut self, module: &str) {
        self.outboxes.retain(|outbox| outbox.module != module);
        for cursor in self.cursors.iter_mut().filter(|cursor| cursor.source == module) {
            cursor.head = None;
        }
    }

    /// The furthest that any subscription of `module` lags behind.
    pub fn lag_of(&self, module: &str) -> i64 {
        self.cursors.iter().filter(|cursor| cursor.module == module).map(Cursor::lag).max().unwrap_or_default()
    }
}
