#![doc = include_str!("../README.md")]

pub mod token;

pub use token::{KeyError, ServiceCaller, ServiceKeys, TokenError, TokenSource, TokenVerifier};
