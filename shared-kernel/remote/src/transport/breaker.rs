use std::fmt;

use port::PortResponse;
use tower::Layer;
use tower_resilience_circuitbreaker::{
    CircuitBreaker, CircuitBreakerHandle, CircuitBreakerLayer, CircuitState, FailureClassifier,
};

use super::{attempt::Attempt, failure::Failure};
use crate::{RemoteConfig, config::ConfigError};

/// Whether calls to a module go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreakerState {
    /// They do.
    Closed,
    /// They fail at once.
    Open,
    /// A few are let through, to see.
    HalfOpen,
}

/// One module's circuit breaker, whose state all of its calls share.
pub(super) struct Breaker {
    layer: CircuitBreakerLayer<Unwell>,
    handle: CircuitBreakerHandle<Unwell>,
}

/// Tells the failures that count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unwell;

impl Breaker {
    pub(super) fn new(module: &str, config: &RemoteConfig) -> Result<Self, ConfigError> {
        let (name, open_ms) = (module.to_owned(), config.breaker_open_ms);
        let (layer, handle) = CircuitBreakerLayer::builder()
            .name(module)
            .consecutive_failures(config.breaker_failures)
            .wait_duration_in_open(config.breaker_open())
            .permitted_calls_in_half_open(config.breaker_probes)
            .failure_classifier_type(Unwell)
            .on_state_transition(move |_, to| report(&name, open_ms, to))
            .build_with_handle()
            .map_err(|error| ConfigError { setting: "breaker", problem: error.to_string() })?;
        Ok(Self { layer, handle })
    }

    pub(super) fn around(&self, attempt: Attempt) -> CircuitBreaker<Attempt, Unwell> {
        self.layer.layer(attempt)
    }

    pub(super) fn state(&self) -> BreakerState {
        match self.handle.state() {
            CircuitState::Closed => BreakerState::Closed,
            CircuitState::Open => BreakerState::Open,
            CircuitState::HalfOpen => BreakerState::HalfOpen,
        }
    }
}

impl FailureClassifier<PortResponse, Failure> for Unwell {
    fn classify(&self, result: &Result<PortResponse, Failure>) -> bool {
        result.as_ref().is_err_and(Failure::counts)
    }
}

fn report(module: &str, open_ms: u64, to: CircuitState) {
    match to {
        CircuitState::Open => {
            tracing::warn!(module, open_ms, "the circuit breaker opened: calls to the module fail at once for a while");
        }
        CircuitState::HalfOpen => tracing::info!(module, "the circuit breaker is half open: the module is tried again"),
        CircuitState::Closed => tracing::info!(module, "the circuit breaker closed: calls go through again"),
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Breaker({})", self.state())
    }
}

impl fmt::Display for BreakerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        })
    }
}
