use jsonwebtoken::{DecodingKey, EncodingKey};
use secrecy::{ExposeSecret, SecretString};

/// What all processes of one store sign and verify with.
///
/// To change the key: give every process the new one as `previous`, then make it `current` and the old one
/// `previous`, then take the old one away. At each step every process accepts what any other may sign.
#[derive(Debug, Clone)]
pub struct ServiceKeys {
    current: SecretString,
    previous: Option<SecretString>,
}

/// A key that must not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the {which} service key has {bytes} bytes and needs at least {}; `openssl rand -hex 32` makes a good one",
    ServiceKeys::SHORTEST
)]
pub struct KeyError {
    /// `current` or `previous`.
    pub which: &'static str,
    pub bytes: usize,
}

impl ServiceKeys {
    /// In bytes: as many as the signature has.
    pub const SHORTEST: usize = 32;

    pub fn new(current: SecretString, previous: Option<SecretString>) -> Result<Self, KeyError> {
        let current = long_enough("current", current)?;
        let previous = previous.map(|previous| long_enough("previous", previous)).transpose()?;
        Ok(Self { current, previous })
    }

    pub(super) fn signing(&self) -> EncodingKey {
        EncodingKey::from_secret(self.current.expose_secret().as_bytes())
    }

    /// The current one first.
    pub(super) fn verifying(&self) -> Vec<DecodingKey> {
        let keys = std::iter::once(&self.current).chain(&self.previous);
        keys.map(|key| DecodingKey::from_secret(key.expose_secret().as_bytes())).collect()
    }
}

/// The key without the space around it: a file ends with a line break, and a variable may.
fn long_enough(which: &'static str, key: SecretString) -> Result<SecretString, KeyError> {
    let trimmed = key.expose_secret().trim();
    let bytes = trimmed.len();
    if bytes < ServiceKeys::SHORTEST {
        return Err(KeyError { which, bytes });
    }
    let is_trimmed = bytes == key.expose_secret().len();
    if is_trimmed { Ok(key) } else { Ok(trimmed.into()) }
}
