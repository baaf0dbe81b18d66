//! Where one store keeps its data, and the settings that say so.

use banyan::config::{Environment, Settings, load};
use payment::WebhookSecret;
use sea_orm::{ConnectionTrait as _, Database};
use tempfile::TempDir;

use super::{ADMIN_KEY, Kind};

/// What the payment provider signs its webhooks with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A data folder, and on Postgres schemas, that nobody else uses.
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

    /// The settings of a store here, in the words of the environment.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BANYAN__ADMIN__KEY", ADMIN_KEY.to_owned()),
            ("BANYAN__DATA__CONNECTIONS", "4".to_owned()),
            ("BANYAN__DATA__FOLDER", self.folder.path().join("data").display().to_string()),
            ("BANYAN__DATA__SCHEMA_PREFIX", self.prefix.clone()),
            ("BANYAN__DATA__URL", self.kind.url()),
            ("BANYAN__HTTP__WORKERS", "1".to_owned()),
            ("BANYAN__LOG__LEVEL", "warn".to_owned()),
            ("BANYAN__SERVER__SECRET", "the-server-secret-of-the-suite".to_owned()),
        ]
    }

    /// The same as types, with the modules' own settings for tests.
    pub(crate) fn settings(&self) -> Settings {
        let pairs = self.environment();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut settings = load(None, &Environment::of(&pairs)).unwrap().settings;
        settings.modules.catalog.config = catalog::Config::for_testing();
        settings.modules.inventory.config = inventory::Config::for_testing();
        settings.modules.order.config = order::Config::for_testing();
        let secret = WebhookSecret::parse(WEBHOOK_SECRET).unwrap();
        settings.modules.payment.config =
            payment::Config { webhook_secret: Some(secret), ..payment::Config::for_testing() };
        settings
    }

    /// Leaves no schema behind. Files go with the folder.
    pub(crate) async fn clear(&self) {
        if self.kind == Kind::Postgres {
            let database = Database::connect(self.kind.url()).await.unwrap();
            for module in ["catalog", "inventory", "order", "payment"] {
                let drop = format!("DROP SCHEMA IF EXISTS \"{}{module}\" CASCADE", self.prefix);
                database.execute_unprepared(&drop).await.unwrap();
            }
            database.close().await.unwrap();
        }
    }
}
