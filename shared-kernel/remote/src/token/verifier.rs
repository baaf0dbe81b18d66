use std::{fmt, sync::Arc};

use jsonwebtoken::{DecodingKey, TokenData, Validation, errors::ErrorKind};
use kernel::Clock;

use super::{ALGORITHM, Claims, LEEWAY_SECONDS, LIFETIME_SECONDS, ServiceKeys, TYPE};

/// Looks at the token that came with a call. Cheap to clone.
#[derive(Clone)]
pub struct TokenVerifier {
    keys: Arc<[DecodingKey]>,
    validation: Arc<Validation>,
    clock: Arc<dyn Clock>,
}

/// Who calls, once that is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCaller {
    /// As the calling process names itself.
    pub issuer: String,
}

/// Why a token is no good. Fit for a log and for the caller to read: nothing of the key or the token is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the call has no service token: send `Authorization: Bearer …`")]
    Missing,
    #[error("the service token is not a service token of this store")]
    Malformed,
    #[error("the service token was not signed with a key that is known here: compare the service keys of both sides")]
    BadSignature,
    #[error("the service token expired {seconds} seconds ago: compare the clocks of both sides")]
    Expired { seconds: i64 },
    #[error(
        "the service token is from, or good from, {seconds} seconds in the future: compare the clocks of both sides"
    )]
    FromTheFuture { seconds: i64 },
    #[error("the service token is for `{found}`, not for `{expected}`")]
    WrongAudience { found: String, expected: String },
    #[error("the service token would live for {seconds} seconds; {LIFETIME_SECONDS} is the most")]
    LivesTooLong { seconds: i64 },
    #[error("a service token could not be signed")]
    Unsignable,
}

/// Longer ones are not worth decoding.
const LONGEST: usize = 4096;

impl TokenVerifier {
    pub fn new(keys: &ServiceKeys, clock: Arc<dyn Clock>) -> Self {
        // Times and audience are looked at below, with the clock seam and with errors that say which it was.
        let mut validation = Validation::new(ALGORITHM);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self { keys: keys.verifying().into(), validation: Arc::new(validation), clock }
    }

    /// Who calls `audience`, by the value of the call's `Authorization` header.
    pub fn verify(&self, authorization: Option<&str>, audience: &str) -> Result<ServiceCaller, TokenError> {
        self.verify_any(authorization, &[audience])
    }

    /// The same for a process that answers to several names.
    pub fn verify_any(&self, authorization: Option<&str>, audiences: &[&str]) -> Result<ServiceCaller, TokenError> {
        let token = authorization.and_then(bearer_token).ok_or(TokenError::Missing)?;
        if token.len() > LONGEST {
            return Err(TokenError::Malformed);
        }
        let TokenData { header, claims } = self.decode(token)?;
        if header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
            return Err(TokenError::Malformed);
        }
        self.in_time(&claims)?;
        if !audiences.contains(&claims.aud.as_str()) {
            return Err(TokenError::WrongAudience { found: claims.aud, expected: audiences.join("` or `") });
        }
        Ok(ServiceCaller { issuer: claims.iss })
    }

    /// With whichever key signed it.
    fn decode(&self, token: &str) -> Result<TokenData<Claims>, TokenError> {
        let mut failure = TokenError::BadSignature;
        for key in self.keys.iter() {
            match jsonwebtoken::decode(token, key, &self.validation) {
                Ok(data) => return Ok(data),
                Err(error) if matches!(error.kind(), ErrorKind::InvalidSignature) => {}
                Err(_) => failure = TokenError::Malformed,
            }
        }
        Err(failure)
    }

    fn in_time(&self, claims: &Claims) -> Result<(), TokenError> {
        let now = self.clock.now().timestamp();
        let lifetime = claims.exp.saturating_sub(claims.iat);
        if lifetime > LIFETIME_SECONDS {
            return Err(TokenError::LivesTooLong { seconds: lifetime });
        }
        let early = claims.nbf.map_or(claims.iat, |nbf| nbf.max(claims.iat)).saturating_sub(now);
        if early > LEEWAY_SECONDS {
            return Err(TokenError::FromTheFuture { seconds: early });
        }
        let late = now.saturating_sub(claims.exp);
        if late > LEEWAY_SECONDS { Err(TokenError::Expired { seconds: late }) } else { Ok(()) }
    }
}

/// The scheme's name is written in any case (RFC 9110, 11.1).
fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}
