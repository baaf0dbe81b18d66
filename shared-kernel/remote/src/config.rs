//! The settings, with defaults for two processes in one data centre.

use std::time::Duration;

use serde::Deserialize;

/// How a remote module is called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RemoteConfig {
    /// How long to wait for a connection.
    pub connect_timeout_ms: u64,
    /// How many connections are kept open while nothing is asked.
    pub idle_connections: usize,
    /// How often a call is made again that may be repeated: queries and idempotent commands.
    pub retries: u32,
    /// The pause before the first of these; each later one is twice as long, and all are jittered.
    pub retry_backoff_ms: u64,
    /// The longest such pause.
    pub retry_backoff_longest_ms: u64,
    /// How many retries there may be for 100 calls that succeed, so that a failing module is not flooded.
    pub retry_budget_percent: u8,
    /// How many there may be each second beside that.
    pub retry_budget_per_second: u32,
    /// After this number of consecutive failures, calls fail at once.
    pub breaker_failures: usize,
    /// For how long, until the module is tried again.
    pub breaker_open_ms: u64,
    /// How many calls try it; when all succeed, all calls go through again.
    pub breaker_probes: usize,
    /// How many calls may be under way at once.
    pub bulkhead_calls: usize,
    /// How long a further call waits for a place among them.
    pub bulkhead_wait_ms: u64,
    /// The largest answer that is read.
    pub answer_limit_bytes: usize,
}

/// How this process answers calls to its ports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// The largest call that is read.
    pub body_limit_bytes: usize,
    /// The longest that a caller is kept waiting, whatever its own deadline.
    pub longest_call_ms: u64,
}

/// How public requests are forwarded to a remote module.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FacadeConfig {
    /// How long to wait for a connection.
    pub connect_timeout_ms: u64,
    /// How many connections are kept open while nothing is asked.
    pub idle_connections: usize,
    /// How long to wait, once the request is sent, until the answer begins.
    pub first_byte_timeout_ms: u64,
    /// How long a body, of the request or the answer, may stand still.
    pub idle_timeout_ms: u64,
    /// When a client is told to come back while the module is away.
    pub retry_after_seconds: u32,
}

/// A setting that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {problem}")]
pub struct ConfigError {
    pub setting: &'static str,
    pub problem: String,
}

impl Default for RemoteConfig {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 250,
            idle_connections: 64,
            retries: 2,
            retry_backoff_ms: 20,
            retry_backoff_longest_ms: 200,
            retry_budget_percent: 20,
            retry_budget_per_second: 2,
            breaker_failures: 5,
            breaker_open_ms: 2_000,
            breaker_probes: 1,
            bulkhead_calls: 64,
            bulkhead_wait_ms: 100,
            answer_limit_bytes: 8 * 1024 * 1024,
        }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { body_limit_bytes: 1024 * 1024, longest_call_ms: 30_000 }
    }
}

impl Default for FacadeConfig {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 1_000,
            idle_connections: 64,
            first_byte_timeout_ms: 30_000,
            idle_timeout_ms: 30_000,
            retry_after_seconds: 2,
        }
    }
}

impl RemoteConfig {
    pub fn validate(&self) -> Result<(), ConfigError> {
        within("connect_timeout_ms", self.connect_timeout_ms, 1..=60_000)?;
        within("retries", self.retries, 0..=10)?;
        within("retry_backoff_ms", self.retry_backoff_ms, 1..=60_000)?;
        within("retry_backoff_longest_ms", self.retry_backoff_longest_ms, self.retry_backoff_ms..=60_000)?;
        within("retry_budget_percent", self.retry_budget_percent, 0..=100)?;
        within("retry_budget_per_second", self.retry_budget_per_second, 0..=10_000)?;
        within("breaker_failures", self.breaker_failures, 1..=100_000)?;
        within("breaker_open_ms", self.breaker_open_ms, 1..=3_600_000)?;
        within("breaker_probes", self.breaker_probes, 1..=1_000)?;
        within("bulkhead_calls", self.bulkhead_calls, 1..=100_000)?;
        within("bulkhead_wait_ms", self.bulkhead_wait_ms, 0..=60_000)?;
        within("answer_limit_bytes", self.answer_limit_bytes, 1_024..=1_073_741_824)
    }

    pub(crate) const fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    pub(crate) const fn breaker_open(&self) -> Duration {
        Duration::from_millis(self.breaker_open_ms)
    }

    pub(crate) const fn bulkhead_wait(&self) -> Duration {
        Duration::from_millis(self.bulkhead_wait_ms)
    }
}

impl ServerConfig {
    pub fn validate(&self) -> Result<(), ConfigError> {
        within("body_limit_bytes", self.body_limit_bytes, 1_024..=1_073_741_824)?;
        within("longest_call_ms", self.longest_call_ms, 1..=600_000)
    }

    pub(crate) const fn longest_call(&self) -> Duration {
        Duration::from_millis(self.longest_call_ms)
    }
}

impl FacadeConfig {
    pub fn validate(&self) -> Result<(), ConfigError> {
        within("connect_timeout_ms", self.connect_timeout_ms, 1..=60_000)?;
        within("first_byte_timeout_ms", self.first_byte_timeout_ms, 1..=3_600_000)?;
        within("idle_timeout_ms", self.idle_timeout_ms, 1..=3_600_000)?;
        within("retry_after_seconds", self.retry_after_seconds, 1..=3_600)
    }
}

fn within<T: Copy + PartialOrd + std::fmt::Display>(
    setting: &'static str,
    value: T,
    range: std::ops::RangeInclusive<T>,
) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    let problem = format!("is {value} and must be {} to {}", range.start(), range.end());
    Err(ConfigError { setting, problem })
}

#[cfg(test)]
mod tests {
    use super::{FacadeConfig, RemoteConfig, ServerConfig};

    #[test]
    fn nonsense_is_named() {
        assert_eq!(RemoteConfig::default().validate(), Ok(()));
        assert_eq!(ServerConfig::default().validate(), Ok(()));
        assert_eq!(FacadeConfig::default().validate(), Ok(()));
        let said = |config: RemoteConfig| config.validate().unwrap_err().to_string();
        let default = RemoteConfig::default;
        for (config, expected) in [
            (RemoteConfig { bulkhead_calls: 0, ..default() }, "bulkhead_calls is 0 and must be 1 to 100000"),
            (RemoteConfig { breaker_failures: 0, ..default() }, "breaker_failures is 0 and must be 1 to 100000"),
            (RemoteConfig { connect_timeout_ms: 0, ..default() }, "connect_timeout_ms is 0 and must be 1 to 60000"),
            (
                RemoteConfig { retry_backoff_ms: 300, ..default() },
                "retry_backoff_longest_ms is 200 and must be 300 to 60000",
            ),
            (
                RemoteConfig { retry_budget_percent: 101, ..default() },
                "retry_budget_percent is 101 and must be 0 to 100",
            ),
        ] {
            assert_eq!(said(config), expected);
        }
        let unknown = serde_json::from_str::<RemoteConfig>(r#"{"retrys": 3}"#).unwrap_err().to_string();
        assert!(unknown.contains("unknown field `retrys`"), "{unknown}");
        assert_eq!(serde_json::from_str::<RemoteConfig>(r#"{"retries": 3}"#).unwrap().retries, 3);
    }
}
