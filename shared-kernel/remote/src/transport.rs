//! Calls over HTTP, with timeouts, retries, a circuit breaker and a bulkhead.
//!
//! From the outside in: the bulkhead gives a call a place, `retry` makes it again where that is safe, the breaker
//! stops calls to a module that does not answer, and `attempt` posts one request.

mod attempt;
mod breaker;
mod failure;
mod retry;

use std::sync::Arc;

use async_trait::async_trait;
use port::{Executed, PortRequest, PortResponse, Transport, TransportError};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use tower::{ServiceExt, retry::Retry, util::MapErr};

pub(crate) use attempt::{detail, root};
pub use breaker::BreakerState;

use self::{
    attempt::{Attempt, Call},
    breaker::Breaker,
    failure::Failure,
    retry::Retries,
};
use crate::{RemoteClient, RemoteConfig, config::ConfigError};

/// Carries the calls to all ports of one remote module.
#[derive(Debug)]
pub struct HttpTransport {
    attempt: Attempt,
    breaker: Breaker,
    retries: Retries,
    places: Semaphore,
    config: RemoteConfig,
}

impl HttpTransport {
    pub fn new(client: RemoteClient, config: RemoteConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        Ok(Self {
            breaker: Breaker::new(client.module(), &config)?,
            retries: Retries::new(&config),
            places: Semaphore::new(config.bulkhead_calls),
            attempt: Attempt::new(client, config.answer_limit_bytes),
            config,
        })
    }

    /// Whether calls go through.
    pub fn breaker_state(&self) -> BreakerState {
        self.breaker.state()
    }

    /// Waits for a place a little, and never beyond the caller's own patience.
    async fn place(&self, request: &PortRequest) -> Result<SemaphorePermit<'_>, TransportError> {
        let wait = self.config.bulkhead_wait().min(request.time_left());
        match timeout(wait, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(TransportError::Overloaded { retry_after: self.config.bulkhead_wait() }),
        }
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn call(&self, request: PortRequest) -> Result<PortResponse, TransportError> {
        if request.time_left().is_zero() {
            return Err(TransportError::Deadline { executed: Executed::No });
        }
        let _place = self.place(&request).await?;
        let call = Arc::new(Call::new(request));
        let guarded = MapErr::new(self.breaker.around(self.attempt.clone()), Failure::flatten);
        let outcome = Retry::new(self.retries.of_one_call(), guarded).oneshot(Arc::clone(&call)).await;
        outcome.map_err(|failure| call.truth_of(failure.error))
    }
}
