use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jsonwebtoken::EncodingKey;
use kernel::Clock;

use super::{Claims, LIFETIME_SECONDS, ServiceKeys, TokenError, header};

/// Makes the tokens of one process and keeps each until half its life is over. Clones share what is kept.
#[derive(Clone)]
pub struct TokenSource(Arc<Inner>);

struct Inner {
    issuer: String,
    key: EncodingKey,
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<String, Kept>>,
}

struct Kept {
    bearer: Bearer,
    issued: i64,
}

/// The value of an `Authorization` header. Debugging does not show it.
#[derive(Clone)]
pub struct Bearer(Arc<str>);

impl TokenSource {
    /// `issuer` names the calling process in the far side's log, such as `store` or `store-2`.
    pub fn new(keys: &ServiceKeys, issuer: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { issuer: issuer.into(), key: keys.signing(), clock, kept: Mutex::default() }))
    }

    /// What a call to `audience`, a module, shows.
    pub fn bearer(&self, audience: &str) -> Result<Bearer, TokenError> {
        // The far side compares it with a clock of its own.
        let now = self.0.clock.wall().timestamp();
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Kept { bearer, issued }) = kept.get(audience)
            && (0..LIFETIME_SECONDS / 2).contains(&(now - issued))
        {
            return Ok(bearer.clone());
        }
        let bearer = self.sign(audience, now)?;
        kept.insert(audience.to_owned(), Kept { bearer: bearer.clone(), issued: now });
        Ok(bearer)
    }

    fn sign(&self, audience: &str, now: i64) -> Result<Bearer, TokenError> {
        let claims = Claims {
            iss: self.0.issuer.clone(),
            aud: audience.to_owned(),
            iat: now,
            exp: now.saturating_add(LIFETIME_SECONDS),
            nbf: None,
        };
        let token = jsonwebtoken::encode(&header(), &claims, &self.0.key).map_err(|_| TokenError::Unsignable)?;
        Ok(Bearer(format!("Bearer {token}").into()))
    }
}

impl Bearer {
    /// `Bearer eyJ…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer [redacted]")
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("issuer", &self.0.issuer).finish_non_exhaustive()
    }
}
