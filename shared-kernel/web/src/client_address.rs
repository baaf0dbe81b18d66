//! Where a request comes from.

use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use crate::{ApiError, ApiResult};

/// The client's network address: what limits and logs know a client by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The peer of the connection. A request that came over none (in a test) comes from this machine.
    pub fn of(request: &HttpRequest) -> Self {
        Self(request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip()))
    }
}

impl FromRequest for ClientAddress {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
