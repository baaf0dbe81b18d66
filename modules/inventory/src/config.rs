use serde::Deserialize;

/// The settings of inventory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A new SKU is reported as low when fewer units than this can be sold; 0 never reports.
    pub low_stock_threshold: u32,
    /// How often holds that nobody committed are looked for and given back, in seconds.
    pub sweep_every_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { low_stock_threshold: 5, sweep_every_seconds: 5 }
    }
}

impl Config {
    /// Sweeps so often that a test need not wait.
    pub fn for_testing() -> Self {
        Self { sweep_every_seconds: 1, ..Self::default() }
    }
}
