//! Where one store keeps its data, and the settings that say so.

use banyan::config::{Environment, Settings, load};
use sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;

use super::{ADMIN_KEY, Kind, placement::MODULES};

/// What the payment provider signs its webhooks with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Settings in the words of the environment. Later ones win.
pub(crate) type Words = Vec<(String, String)>;

/// A data folder, and on Postgres schemas, for one test alone.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    pub(crate) folder: TempDir,
    prefix: String,
}

impl Place {
    pub(crate) fn new(kind: Kind) -> Self {
        let unique = kernel::Seams::system().ids.secret().simple().to_string();
        Self { kind, folder: tempfile::tempdir().unwrap(), prefix: format!("suite_{}_", &unique[..12]) }
    }

    /// The settings of a store here.
    pub(crate) fn environment(&self) -> Words {
        words([
            ("BANYAN__ADMIN__KEY", ADMIN_KEY.to_owned()),
            ("BANYAN__DATA__CONNECTIONS", "4".to_owned()),
            ("BANYAN__DATA__FOLDER", self.folder.path().join("data").display().to_string()),
            ("BANYAN__DATA__SCHEMA_PREFIX", self.prefix.clone()),
            ("BANYAN__DATA__URL", self.kind.url()),
            ("BANYAN__HTTP__WORKERS", "1".to_owned()),
            // The stories try many wrong credentials from one address. Those about limits set their own.
            ("BANYAN__LIMITS__FAILURES_PER_MINUTE", "0".to_owned()),
            ("BANYAN__LOG__LEVEL", "warn".to_owned()),
            ("BANYAN__SERVER__SECRET", "the-server-secret-of-the-suite-of-32-letters".to_owned()),
        ])
    }

    /// The same, with what the modules set for tests: short waits, and patience with a slow machine.
    pub(crate) fn rehearsal(&self) -> Words {
        let (catalog, inventory) = (catalog::Config::for_testing(), inventory::Config::for_testing());
        let (order, payment) = (order::Config::for_testing(), payment::Config::for_testing());
        let mut rehearsal = self.environment();
        rehearsal.extend(words([
            ("BANYAN__MODULES__CATALOG__CACHE_MEBIBYTES", catalog.cache_mebibytes.to_string()),
            ("BANYAN__MODULES__INVENTORY__SWEEP_EVERY_SECONDS", inventory.sweep_every_seconds.to_string()),
            ("BANYAN__MODULES__ORDER__ANSWER_WITHIN_MS", order.answer_within_ms.to_string()),
            ("BANYAN__MODULES__ORDER__LEASE_MS", order.lease_ms.to_string()),
            ("BANYAN__MODULES__ORDER__RETRY_MS", order.retry_ms.to_string()),
            ("BANYAN__MODULES__ORDER__RUNNER_POLL_MS", order.runner_poll_ms.to_string()),
            ("BANYAN__MODULES__ORDER__UNPAID_GRACE_MS", order.unpaid_grace_ms.to_string()),
            ("BANYAN__MODULES__PAYMENT__ASK_AGAIN_MS", payment.ask_again_ms.to_string()),
            ("BANYAN__MODULES__PAYMENT__PROVIDER_TIMEOUT_MS", payment.provider_timeout_ms.to_string()),
            ("BANYAN__MODULES__PAYMENT__SIMULATED__PENDING_MS", payment.simulated.pending_ms.to_string()),
            ("BANYAN__MODULES__PAYMENT__WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
        ]));
        rehearsal
    }

    /// As types.
    pub(crate) fn settings(&self) -> Settings {
        settings(&self.rehearsal())
    }

    /// Leaves no schema behind. Files go with the folder.
    pub(crate) async fn clear(&self) {
        if self.kind == Kind::Postgres {
            let database = Database::connect(self.kind.url()).await.unwrap();
            for module in MODULES {
                let drop = format!("DROP SCHEMA IF EXISTS \"{}{module}\" CASCADE", self.prefix);
                database.execute_unprepared(&drop).await.unwrap();
            }
            database.close().await.unwrap();
        }
    }
}

/// What `words` say, as types.
pub(crate) fn settings(words: &Words) -> Settings {
    let pairs: Vec<(&str, &str)> = words.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    load(None, &Environment::of(&pairs)).unwrap().settings
}

/// Settings by their names.
pub(crate) fn words<const N: usize>(words: [(&str, String); N]) -> Words {
    words.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
