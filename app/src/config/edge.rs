//! Settings of the HTTP edge.

use std::{net::SocketAddr, time::Duration};

use kernel_listen::Timeouts;
use kernel_module::address;
use kernel_web::{Networks, ProxyHeader, TrustedProxies};
use serde::{Deserialize, Deserializer, de::Error};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where the public API listens.
    #[serde(deserialize_with = "listen")]
    pub listen: SocketAddr,
    /// Threads that serve requests; 0 means one for each core.
    pub workers: usize,
    /// How large the body of a request may be where the operation sets no limit of its own.
    pub body_limit_bytes: usize,
    /// How long a stopping server waits for requests that are under way.
    pub stop_limit_seconds: u64,
    /// The most connections at once; fewer when the limit of open files allows fewer.
    pub connections: usize,
    /// The most of them that one client address has at once; 0 sets no limit.
    pub connections_per_address: usize,
    /// How long a client may take for the head of a request.
    pub head_timeout_ms: u64,
    /// How large the head of a request may be.
    pub head_limit_bytes: usize,
    /// How long a body may stand still, and how long a small one may take.
    pub body_timeout_ms: u64,
    /// How long a client may take none of its answer.
    pub answer_timeout_ms: u64,
    /// How long a connection is kept between two requests.
    pub idle_timeout_ms: u64,
    /// Proxies whose word about a client's address is taken.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Networks,
    /// The header in which they say it.
    pub proxy_header: ProxyHeader,
}

/// The listener that serves detailed health and metrics without a key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorListener {
    /// `None`: nowhere.
    #[serde(deserialize_with = "listen_or_not")]
    pub listen: Option<SocketAddr>,
}

/// How often one client may ask, for each class of operations. 0 is no limit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Clients that are not limited. Their wrong credentials count all the same.
    #[serde(deserialize_with = "networks")]
    pub exempt: Networks,
    pub read_per_minute: u32,
    pub search_per_minute: u32,
    /// Searches of one client under way at once.
    pub searches_at_once: usize,
    pub cart_per_minute: u32,
    pub order_per_minute: u32,
    pub webhook_per_minute: u32,
    pub admin_per_minute: u32,
    pub import_per_minute: u32,
    /// Of all clients together.
    pub total_per_minute: u32,
    /// Wrong credentials.
    pub failures_per_minute: u32,
    /// How much longer the answer to each further wrong credential takes.
    pub failure_delay_ms: u64,
}

/// Where the port server listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortsListener {
    /// It listens only when `service.key` is set.
    #[serde(deserialize_with = "listen")]
    pub listen: SocketAddr,
}

impl Http {
    pub fn proxies(&self) -> TrustedProxies {
        TrustedProxies::new(self.trusted_proxies.clone(), self.proxy_header)
    }

    /// What each step of a request may take.
    pub(crate) fn timeouts(&self) -> Timeouts {
        Timeouts {
            head: Duration::from_millis(self.head_timeout_ms),
            body: Duration::from_millis(self.body_timeout_ms),
            answer: Duration::from_millis(self.answer_timeout_ms),
            idle: Duration::from_millis(self.idle_timeout_ms),
            head_bytes: self.head_limit_bytes,
            ..Timeouts::default()
        }
    }
}

impl Limits {
    /// The limit of the class of operations that is called `class`.
    pub fn per_minute(&self, class: &str) -> u32 {
        match class {
            "search" => self.search_per_minute,
            "cart" => self.cart_per_minute,
            "order" => self.order_per_minute,
            "webhook" => self.webhook_per_minute,
            "admin" => self.admin_per_minute,
            "import" => self.import_per_minute,
            _ => self.read_per_minute,
        }
    }
}

fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    address::listen(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn listen_or_not<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Some(text.trim()).filter(|text| !text.is_empty()).map(address::listen).transpose().map_err(D::Error::custom)
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Networks, D::Error> {
    Networks::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}
