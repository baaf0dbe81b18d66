//! Everything here goes over real sockets: to a real server of a real port, or to one that misbehaves on purpose.

#![cfg(test)]

mod conforms;
mod facade;
mod faulty;
mod handshake;
mod house;
mod patience;
mod server;
mod transport;
