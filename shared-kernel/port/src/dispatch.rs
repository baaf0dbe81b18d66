//! Answers a call from another process. A port server or a loopback mounts it and only moves bytes.

use async_trait::async_trait;
use kernel::CallContext;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Descriptor, Executed, PortResponse, PortResult, Refusal, TransportError,
    refusal::{problem_document, write_failure, write_problem},
};

/// A port's methods by name. Made by the `serve_…` function that `#[port]` writes.
pub struct Dispatch {
    descriptor: &'static Descriptor,
    served: Box<dyn Serve>,
}

/// The part of a dispatch table that `#[port]` writes.
#[doc(hidden)]
#[async_trait]
pub trait Serve: Send + Sync + 'static {
    async fn serve(&self, method: &str, cx: &CallContext, body: &[u8]) -> PortResponse;
}

impl Dispatch {
    #[doc(hidden)]
    pub fn new(descriptor: &'static Descriptor, served: impl Serve) -> Self {
        Self { descriptor, served: Box::new(served) }
    }

    pub const fn descriptor(&self) -> &'static Descriptor {
        self.descriptor
    }

    /// Answers one call. A call whose deadline has passed never reaches the module: its caller no longer waits.
    pub async fn dispatch(&self, method: &str, cx: CallContext, body: &[u8]) -> PortResponse {
        if self.descriptor.method(method).is_some() && cx.is_spent() {
            return write_failure(TransportError::Deadline { executed: Executed::No });
        }
        self.served.serve(method, &cx, body).await
    }
}

/// Reads the arguments of a call, or says what is wrong with them.
#[doc(hidden)]
pub fn read_arguments<T: DeserializeOwned>(body: &[u8]) -> Result<T, PortResponse> {
    serde_json::from_slice(body).map_err(|_| PortResponse::bad_arguments())
}

#[doc(hidden)]
pub fn write_answer<A: Serialize, E: Refusal>(port: &Descriptor, result: PortResult<A, E>) -> PortResponse {
    match result {
        Ok(answer) => serde_json::to_vec(&answer).map_or_else(
            |_| problem_document("unwritable-answer", 500, "the answer cannot be written as JSON"),
            PortResponse::answer,
        ),
        Err(error) => write_problem(port.name, &error),
    }
}
