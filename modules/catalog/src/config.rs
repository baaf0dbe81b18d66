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
    /// Searches that run at once, on connections that other reads need not share; 0 means one for every two cores.
    pub search_readers: u32,
    /// Searches that wait for their turn; more are refused with 429.
    pub searches_waiting: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            currency: Currency::GBP,
            max_age_seconds: 10,
            cache_mebibytes: 32,
            import_errors: 100,
            search_readers: 0,
            searches_waiting: 100,
        }
    }
}

impl Config {
    /// How many searches run at once, on this machine.
    pub fn searches_at_once(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        match usize::try_from(self.search_readers) {
            Ok(0) | Err(_) => (cores / 2).max(1),
            Ok(set) => set,
        }
    }

    pub fn for_testing() -> Self {
        Self { cache_mebibytes: 4, ..Self::default() }
    }
}
