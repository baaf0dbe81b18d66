//! The client's identity.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
use kernel::Principal;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{ApiError, ApiResult};

/// Knows the admin key when it sees it. An `app_data` of the application; without one no client is an admin.
///
/// It keeps the key's digest only. Digests are of one length, so comparing them in constant time gives nothing
/// away, not even the key's length.
#[derive(Clone)]
pub struct AdminKey([u8; 32]);

impl AdminKey {
    pub fn new(key: &SecretString) -> Self {
        Self(Sha256::digest(key.expose_secret()).into())
    }

    /// Whether `headers` show it.
    pub fn is_shown_in(&self, headers: &HeaderMap) -> bool {
        headers.get(AUTHORIZATION).and_then(bearer).is_some_and(|shown| self.opens(shown))
    }

    fn opens(&self, shown: &[u8]) -> bool {
        Sha256::digest(shown).as_slice().ct_eq(self.0.as_slice()).into()
    }
}

impl std::fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminKey(…)")
    }
}

/// Lets only the admin in: 401 for everyone else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admin;

/// The client. Without a credential it is a guest; a wrong one is a 401.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(pub Principal);

impl Caller {
    pub fn of(request: &HttpRequest) -> ApiResult<Self> {
        let Some(credential) = request.headers().get(AUTHORIZATION) else { return Ok(Self(Principal::Guest)) };
        let key = request.app_data::<AdminKey>();
        let known = key.zip(bearer(credential)).is_some_and(|(key, shown)| key.opens(shown));
        if known { Ok(Self(Principal::Admin)) } else { Err(ApiError::unauthenticated()) }
    }

    pub fn is_admin(&self) -> bool {
        self.0 == Principal::Admin
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl FromRequest for Admin {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match Caller::of(request) {
            Ok(caller) if caller.is_admin() => Ok(Self),
            Ok(_) => Err(ApiError::unauthenticated()),
            Err(refusal) => Err(refusal),
        })
    }
}

/// The scheme's name is case-insensitive (RFC 9110, 11.1).
fn bearer(credential: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = credential.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
}
