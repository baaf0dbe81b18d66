use serde::Deserialize;

use crate::domain::Share;

/// The settings of inventory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A new SKU is reported as low when fewer units than this can be sold; 0 never reports.
    pub low_stock_threshold: u32,
    /// The part of what can be sold of a SKU that orders may hold together while they are not paid for, once a normal
    /// payment would be done; 100 sets no limit.
    pub unpaid_share_percent: u8,
    /// The number of units of a SKU that these orders may hold even when that part is smaller.
    pub unpaid_share_at_least: u32,
    /// How often holds that nobody committed are looked for and given back, in seconds.
    pub sweep_every_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { low_stock_threshold: 5, unpaid_share_percent: 50, unpaid_share_at_least: 1, sweep_every_seconds: 5 }
    }
}

impl Config {
    pub(crate) fn share(&self) -> Share {
        Share { percent: self.unpaid_share_percent.into(), at_least: self.unpaid_share_at_least.into() }
    }

    /// Sweeps so often that a test need not wait.
    pub fn for_testing() -> Self {
        Self { sweep_every_seconds: 1, ..Self::default() }
    }
}
