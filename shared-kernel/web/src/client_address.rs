//! Where a request comes from.

use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header::HeaderMap};

use crate::{ApiError, ApiResult};

mod hops;
mod proxies;

pub use proxies::{Networks, NetworksError, ProxyHeader, TrustedProxies};

/// The client's network address: what limits and logs know a client by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

/// What the edge of the process has found out about where a request comes from. It is kept with the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    pub address: IpAddr,
    /// Whether another process of this store forwarded the request and proved who it is. Its trace context is ours.
    pub is_forwarded: bool,
}

impl ClientAddress {
    /// What the edge found out, else the peer of the connection. A request that came over none (in a test) comes from
    /// this machine.
    pub fn of(request: &HttpRequest) -> Self {
        Origin::of(request).map_or_else(|| Self(peer(request.peer_addr())), |origin| Self(origin.address))
    }

    /// What one client can hold many addresses of counts as one: an IPv6 network of 64 bits.
    pub fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        }
    }
}

impl Origin {
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().copied()
    }

    /// A request that came straight from `peer`, or through the proxies that are trusted.
    pub fn outside(peer: Option<SocketAddr>, headers: &HeaderMap, proxies: &TrustedProxies) -> Self {
        Self { address: proxies.client_of(self::peer(peer), headers), is_forwarded: false }
    }
}

fn peer(peer: Option<SocketAddr>) -> IpAddr {
    peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip().to_canonical())
}

impl FromRequest for ClientAddress {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
