//! How one module calls another without knowing where it runs.
//!
//! Reading order: [`port`] declares a port from a trait, [`PortResult`] and [`PortError`] are what every call
//! gives back, [`descriptor`] is a port as data, [`transport`] carries a call, [`dispatch`] answers it,
//! [`refusal`] is how a "no" travels and comes back as the same value, [`context`] does that for the call
//! context, [`loopback`] joins a client and a server inside one process, [`switch`] chooses between a module that is
//! here and one that is elsewhere, anew for each call, [`spec`] lets a host wire ports whose types it does not know, and
//! [`conformance`] is the shape of a contract's tests, and what any server of a port is tried with.

pub mod conformance;
pub mod context;
pub mod descriptor;
pub mod dispatch;
pub mod error;
pub mod failure;
pub mod loopback;
mod openapi;
pub mod refusal;
pub mod spec;
pub mod switch;
pub mod transport;

pub use conformance::{Conformance, Sample};
pub use descriptor::{ArgumentDescriptor, Descriptor, MethodDescriptor, MethodKind};
pub use dispatch::Dispatch;
pub use error::{Executed, PortError, PortResult};
pub use failure::TransportError;
pub use loopback::Loopback;
pub use port_macros::port;
pub use refusal::Refusal;
pub use spec::{Port, PortRoutes, PortSpec, ServedPort};
pub use switch::{Placement, Route, Switch};
pub use transport::{PortRequest, PortResponse, Transport};

/// What the code that [`port`] writes stands on, so that a contract needs no dependencies for its sake.
#[doc(hidden)]
pub mod __private {
    pub use async_trait::async_trait;
    pub use kernel::{CallContext, event::schema_of};
    pub use serde;

    pub use crate::{
        dispatch::{Serve, read_arguments, write_answer},
        transport::read_answer,
    };
}
