#![doc = include_str!("../README.md")]

pub mod client;
pub mod config;
pub mod facade;
pub mod handshake;
pub mod server;
pub mod token;
pub mod transport;

pub use client::RemoteClient;
pub use config::{ConfigError, FacadeConfig, RemoteConfig, ServerConfig};
pub use facade::Facade;
pub use handshake::{HandshakeError, Introduction, handshake};
pub use server::{Background, Identities, Misses, ModuleMeta, PortMeta, PortServer, ServedModule, StoreIdentity};
pub use token::{KeyError, ServiceCaller, ServiceKeys, TokenError, TokenSource, TokenVerifier};
pub use transport::{BreakerState, HttpTransport};
