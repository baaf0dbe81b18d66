use std::fmt;

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The store's server secret, and keys that are made from it.
#[derive(Clone)]
pub struct Secrets {
    server: SecretString,
}

impl Secrets {
    pub const fn new(server: SecretString) -> Self {
        Self { server }
    }

    pub const fn server(&self) -> &SecretString {
        &self.server
    }

    /// A key for `purpose` alone: nothing can be learned from it about the secret or about the keys for other purposes.
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        // HMAC takes a key of any length, so there is always a code.
        Hmac::<Sha256>::new_from_slice(self.server.expose_secret().as_bytes())
            .map(|code| code.chain_update(purpose).finalize().into_bytes().into())
            .unwrap_or_default()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let (one, other) = (Secrets::new("1".repeat(32).into()), Secrets::new("2".repeat(32).into()));
        assert_eq!(one.derived("a"), one.clone().derived("a"));
        assert_ne!(one.derived("a"), one.derived("b"));
        assert_ne!(one.derived("a"), other.derived("a"));
        assert_eq!(format!("{one:?}"), "Secrets");
    }
}
