use std::{any::Any, fmt::Display};

use async_trait::async_trait;
use kernel_db::{Db, DbError, Subscription};
use port::ServedPort;
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{Retention, Worker};

/// One bounded context, as the application sees it.
#[async_trait]
pub trait Module: Any + Send + Sync {
    /// The context's name: of its settings, its database, its feed.
    fn name(&self) -> &'static str;

    fn db(&self) -> &Db;

    /// Mounts the module's public and admin routes; called once for each HTTP worker.
    fn routes(&self, config: &mut ServiceConfig<'_>);

    /// The ports that the module serves.
    fn ports(&self) -> Vec<ServedPort> {
        Vec::new()
    }

    /// What the module does when others, or itself, have published.
    fn subscriptions(&self) -> Vec<Subscription> {
        Vec::new()
    }

    /// What the module does by itself: sweepers, runners.
    fn workers(&self) -> Vec<Worker> {
        Vec::new()
    }

    /// Told once, when the store is served, where its public API answers on this machine, such as
    /// `http://127.0.0.1:8080`.
    fn served_at(&self, _url: &str) {}

    /// Deletes one batch, in a short transaction, of what is older than it is to be kept and that nothing needs; answers how
    /// much it has looked through, and 0 when it is through.
    async fn forget(&self, _keep: &Retention) -> Result<u64, DbError> {
        Ok(0)
    }

    /// Proves, on live data, what must always be true of it.
    async fn check(&self) -> Result<Vec<Check>, DbError>;
}

/// One thing that must be true, with the two sides that must be equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What must hold, such as `inventory: every level equals its ledger`.
    pub rule: String,
    pub left: String,
    pub right: String,
    /// What a person should look at when the sides differ.
    pub detail: Option<String>,
}

impl Check {
    pub fn new(rule: &str, left: impl Display, right: impl Display) -> Self {
        Self { rule: rule.to_owned(), left: left.to_string(), right: right.to_string(), detail: None }
    }

    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub fn holds(&self) -> bool {
        self.left == self.right
    }
}
