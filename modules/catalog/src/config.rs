//! What can be set about the catalog.

use kernel::Currency;
use serde::Deserialize;

/// The catalog's settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The currency of import rows that do not name one.
    pub currency: Currency,
    /// How long clients and proxies may keep what they have read of the catalog.
    pub max_age_seconds: u32,
    /// The most memory for answers that are kept encoded; 0 keeps none.
    pub cache_mebibytes: u64,
    /// The most bad rows that the report of one import describes; the others it counts.
    pub import_errors: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { currency: Currency::GBP, max_age_seconds: 10, cache_mebibytes: 32, import_errors: 100 }
    }
}

impl Config {
    pub fn for_testing() -> Self {
        Self { cache_mebibytes: 4, ..Self::default() }
    }
}
