//! The transport of a call, and the encoded call.

use std::time::Duration;

use async_trait::async_trait;
use kernel::CallContext;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Descriptor, Executed, MethodDescriptor, MethodKind, PortError, PortResult, Refusal, TransportError,
    refusal::{failure_of, problem_document, read_problem, write_failure},
};

/// Carries one call to wherever the module lives, and its answer back.
///
/// It must give up when [`PortRequest::time_left`] is over, and must not claim [`Executed::No`] of a request
/// that may have arrived.
#[async_trait]
pub trait Transport: Send + Sync {
    async fn call(&self, request: PortRequest) -> Result<PortResponse, TransportError>;
}

/// A call, ready to travel.
#[derive(Debug, Clone)]
pub struct PortRequest {
    pub port: &'static str,
    pub version: u32,
    pub method: &'static str,
    pub kind: MethodKind,
    pub idempotent: bool,
    /// The method's own limit. The context's deadline may be nearer, and is never later.
    pub timeout: Duration,
    pub context: CallContext,
    /// A JSON object with one member for each argument.
    pub body: Vec<u8>,
}

/// What came back: 200 with the answer, or another status with a problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortResponse {
    pub status: u16,
    pub body: Vec<u8>,
}

impl PortRequest {
    /// Writes the call down, and sets its deadline. Refuses a call whose time is already spent.
    pub fn new<E>(
        port: &'static Descriptor,
        method: &'static MethodDescriptor,
        cx: &CallContext,
        arguments: &impl Serialize,
    ) -> PortResult<Self, E> {
        if cx.is_spent() {
            return Err(PortError::Deadline { executed: Executed::No });
        }
        Ok(Self {
            port: port.name,
            version: port.version,
            method: method.name,
            kind: method.kind,
            idempotent: method.idempotent,
            timeout: method.timeout(),
            context: cx.clone().within(method.timeout()),
            body: serde_json::to_vec(arguments).map_err(|_| PortError::Incompatible)?,
        })
    }

    /// Where the call is posted: `/ports/stock/v1/hold`.
    pub fn path(&self) -> String {
        format!("/ports/{}/v{}/{}", self.port, self.version, self.method)
    }

    /// Whether the call may be repeated when its outcome is unknown.
    pub const fn may_be_repeated(&self) -> bool {
        self.idempotent || matches!(self.kind, MethodKind::Query)
    }

    /// How long the caller still waits.
    pub fn time_left(&self) -> Duration {
        self.context.remaining().map_or(self.timeout, |left| left.min(self.timeout))
    }
}

impl PortResponse {
    pub const OK: u16 = 200;

    pub(crate) const fn answer(body: Vec<u8>) -> Self {
        Self { status: Self::OK, body }
    }

    /// The answer to a method that the port does not have.
    pub fn unknown_method() -> Self {
        problem_document("unknown-method", 404, "the port has no such method")
    }

    /// The answer to arguments that are not the method's.
    pub fn bad_arguments() -> Self {
        problem_document("bad-arguments", 422, "the arguments are not those of the method")
    }

    /// A problem that a server of ports has with a call, of the type `urn:banyan:problem:<code>`.
    pub fn problem(code: &str, status: u16, detail: &str) -> Self {
        problem_document(code, status, detail)
    }

    /// How a server of ports says that a call failed: the caller gets the equal value back.
    pub fn failed(failure: TransportError) -> Self {
        write_failure(failure)
    }

    /// The failure that this response tells of; `None` when it is an answer, or a refusal of `port`'s own.
    pub fn failure(&self, port: &str) -> Option<TransportError> {
        failure_of(port, self)
    }
}

/// What a client makes of whatever came back, or did not.
#[doc(hidden)]
pub fn read_answer<A: DeserializeOwned, E: Refusal>(
    port: &Descriptor,
    response: Result<PortResponse, TransportError>,
) -> PortResult<A, E> {
    let response = response.map_err(TransportError::into_port_error)?;
    if response.status == PortResponse::OK {
        return serde_json::from_slice(&response.body).map_err(|_| PortError::Incompatible);
    }
    Err(read_problem(port.name, &response))
}
