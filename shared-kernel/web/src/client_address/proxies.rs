//! The proxies whose statement about a client's address is believed.

use std::{net::IpAddr, sync::Arc};

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;
use serde::Deserialize;

use super::hops;

/// Addresses and networks, as a setting lists them. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Arc<[IpNet]>);

/// A list of networks that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an address nor a network: say 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, with commas between")]
pub struct NetworksError(String);

/// The header in which the proxies name the client that they forward for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// Whichever is there. Where both are and differ, neither is believed: a proxy writes one of them, and lets the
    /// client's own text through in the other.
    #[default]
    Any,
    /// `Forwarded` (RFC 7239).
    Forwarded,
    XForwardedFor,
}

/// The proxies that may name a client, and how. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Networks,
    header: ProxyHeader,
}

impl Networks {
    /// Reads `10.0.0.0/8, 192.0.2.7`; an empty text is an empty list.
    pub fn parse(text: &str) -> Result<Self, NetworksError> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let network = |entry: &str| {
            let address = || entry.parse::<IpAddr>().map(IpNet::from);
            entry.parse::<IpNet>().or_else(|_| address()).map_err(|_| NetworksError(entry.to_owned()))
        };
        entries.map(network).collect::<Result<Vec<_>, _>>().map(|networks| Self(networks.into()))
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TrustedProxies {
    pub fn new(networks: Networks, header: ProxyHeader) -> Self {
        Self { networks, header }
    }

    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// The client behind `peer`: from the right, the first hop that no trusted proxy is. Each hop was written by the
    /// one to its right, so what stands left of a stranger is the stranger's own text.
    pub(crate) fn client_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.networks.contains(peer) {
            return peer;
        }
        let by_forwarded = || self.walk(peer, hops::forwarded(headers));
        let by_x_forwarded_for = || self.walk(peer, hops::x_forwarded_for(headers));
        match self.header {
            ProxyHeader::Forwarded => by_forwarded(),
            ProxyHeader::XForwardedFor => by_x_forwarded_for(),
            ProxyHeader::Any => match (headers.contains_key("forwarded"), headers.contains_key("x-forwarded-for")) {
                (true, true) if by_forwarded() != by_x_forwarded_for() => peer,
                (true, _) => by_forwarded(),
                (false, _) => by_x_forwarded_for(),
            },
        }
    }

    fn walk(&self, peer: IpAddr, hops: Vec<Option<IpAddr>>) -> IpAddr {
        let mut client = peer;
        for hop in hops.into_iter().rev() {
            // `unknown`, an obfuscated name, or nonsense: the proxy that wrote it is the last that is known.
            let Some(hop) = hop else { return client };
            client = hop.to_canonical();
            if !self.networks.contains(client) {
                return client;
            }
        }
        client
    }
}
