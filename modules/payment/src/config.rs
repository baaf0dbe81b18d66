use std::time::Duration;

use serde::Deserialize;

use crate::signature::WebhookSecret;

/// The settings of payment.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The secret shared with providers that sign webhooks, as `whsec_` and base64. Without one, each start makes its
    /// own, and only the simulated provider knows it.
    pub webhook_secret: Option<WebhookSecret>,
    /// How long a provider may take to answer before its answer counts as unknown.
    pub provider_timeout_ms: u64,
    /// How soon a provider is asked about a payment that it has not decided; doubles up to half a minute.
    pub ask_again_ms: u64,
    /// How long an outcome may stay open before `banyan check` complains.
    pub doubt_seconds: u64,
    pub simulated: SimulatedConfig,
}

/// The settings of the built-in provider, which takes no money.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimulatedConfig {
    /// Whether orders can be paid with it.
    pub enabled: bool,
    /// Whether it may stay on while the store can be reached from other machines, which then get goods for nothing.
    pub allow_public: bool,
    /// Where it finds the store for its webhooks, such as `http://127.0.0.1:8080`; the store's own address when left
    /// out.
    pub webhook_url: Option<String>,
    /// How long a pending payment takes to be decided.
    pub pending_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            webhook_secret: None,
            provider_timeout_ms: 1_000,
            ask_again_ms: 500,
            doubt_seconds: 60,
            simulated: SimulatedConfig::default(),
        }
    }
}

impl Default for SimulatedConfig {
    fn default() -> Self {
        Self { enabled: true, allow_public: false, webhook_url: None, pending_ms: 1_000 }
    }
}

impl Config {
    /// Short waits.
    pub fn for_testing() -> Self {
        Self {
            provider_timeout_ms: 400,
            ask_again_ms: 20,
            simulated: SimulatedConfig { pending_ms: 500, ..SimulatedConfig::default() },
            ..Self::default()
        }
    }

    pub(crate) const fn provider_timeout(&self) -> Duration {
        Duration::from_millis(self.provider_timeout_ms)
    }

    /// How long whoever took an attempt up is left alone with it: a call, a look after it, and some air.
    pub(crate) const fn lease(&self) -> Duration {
        Duration::from_millis(self.provider_timeout_ms.saturating_mul(2).saturating_add(500))
    }

    /// How long an outcome may stay open before a person is told.
    pub(crate) const fn doubt(&self) -> Duration {
        Duration::from_secs(self.doubt_seconds)
    }

    /// How long to wait before the provider is asked again after `tries`.
    pub(crate) fn backoff(&self, tries: i64) -> Duration {
        const LONGEST: Duration = Duration::from_secs(30);
        let doublings = u32::try_from(tries.clamp(1, 16) - 1).unwrap_or_default();
        Duration::from_millis(self.ask_again_ms.saturating_mul(1 << doublings)).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Config;

    #[test]
    fn asks_ever_more_rarely() {
        let config = Config::default();
        let waits = [0, 1, 2, 3, 7, 99].map(|tries| config.backoff(tries).as_millis());
        assert_eq!(waits, [500, 500, 1_000, 2_000, 30_000, 30_000]);
        assert!(config.lease() > 2 * config.provider_timeout());
        assert_eq!(config.backoff(i64::MAX), Duration::from_secs(30));
    }
}
