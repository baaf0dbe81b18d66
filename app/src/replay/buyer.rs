//! The buyers of a replay: one buyer and one key for each invoice, both derived from the prefix.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The buyers of one replay.
#[derive(Debug, Clone)]
pub struct Buyers {
    prefix: String,
    domain: String,
    secret: SecretString,
}

impl Buyers {
    /// `prefix` begins every idempotency key. Another prefix is another replay, with buyers of its own. The rest of a key
    /// follows from the `secret`, so that only who knows it can repeat a buyer's request.
    pub fn new(prefix: &str, secret: &SecretString) -> Self {
        let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
        let label: String = prefix.chars().map(letter).collect();
        let label = label.trim_matches('-');
        let label = if label.is_empty() { "replay" } else { label };
        Self { prefix: prefix.to_owned(), domain: format!("{label}.example"), secret: secret.clone() }
    }

    /// The same for the same invoice, prefix and secret, and hard to guess, as the store asks of guests.
    pub fn key(&self, invoice: &str) -> String {
        let name = format!("{}{invoice}", self.prefix);
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes());
        let tag = mac.map(|mac| mac.chain_update(&name).finalize().into_bytes()).unwrap_or_default();
        format!("{name}-{}", URL_SAFE_NO_PAD.encode(tag))
    }

    pub fn email(&self, invoice: &str) -> String {
        format!("{invoice}@{}", self.domain)
    }

    /// Whether the order of `email` is one of this replay's.
    pub fn placed(&self, email: &str) -> bool {
        email.split_once('@').is_some_and(|(_, domain)| domain == self.domain)
    }
}
