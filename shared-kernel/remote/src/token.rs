//! Service tokens: how processes of one store authenticate to each other.
//!
//! [`ServiceKeys`] are shared by all processes of one store. [`TokenSource`] makes the token that a call shows,
//! [`TokenVerifier`] looks at the one that came with a call. A token is an HS256 JWT of a type of its own, so that
//! nothing else that was ever signed with the same key passes for one, and it lives for five minutes at most.

mod keys;
mod source;
#[cfg(test)]
mod tests;
mod verifier;

use jsonwebtoken::{Algorithm, Header};
use serde::{Deserialize, Serialize};

pub use keys::{KeyError, ServiceKeys};
pub use source::{Bearer, TokenSource};
pub use verifier::{ServiceCaller, TokenError, TokenVerifier};

/// The longest lifetime of a token, with any signature.
pub const LIFETIME_SECONDS: i64 = 300;

/// How far apart two processes' clocks may be.
pub const LEEWAY_SECONDS: i64 = 60;

/// The `typ` of the token's header.
const TYPE: &str = "banyan-service+jwt";

const ALGORITHM: Algorithm = Algorithm::HS256;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    /// The process that calls.
    iss: String,
    /// The module that is called.
    aud: String,
    iat: i64,
    exp: i64,
    /// Ours have none; another implementation's may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

fn header() -> Header {
    let mut header = Header::new(ALGORITHM);
    header.typ = Some(TYPE.to_owned());
    header
}
