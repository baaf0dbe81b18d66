//! Holds the API to its document, and a running store's ports to their contracts.

mod access;
mod methods;
mod ports;
mod strings;
pub(crate) mod wire;
