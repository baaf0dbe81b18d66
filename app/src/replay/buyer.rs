//! Who places the orders of a replay: one buyer and one key for each invoice, both following from the prefix.

/// The buyers of one replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyers {
    prefix: String,
    domain: String,
}

impl Buyers {
    /// `prefix` begins every idempotency key. Another prefix is another replay, with buyers of its own.
    pub fn new(prefix: &str) -> Self {
        let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
        let label: String = prefix.chars().map(letter).collect();
        let label = label.trim_matches('-');
        let label = if label.is_empty() { "replay" } else { label };
        Self { prefix: prefix.to_owned(), domain: format!("{label}.example") }
    }

    pub fn key(&self, invoice: &str) -> String {
        format!("{}{invoice}", self.prefix)
    }

    pub fn email(&self, invoice: &str) -> String {
        format!("{invoice}@{}", self.domain)
    }

    /// Whether the order of `email` is one of this replay's.
    pub fn placed(&self, email: &str) -> bool {
        email.split_once('@').is_some_and(|(_, domain)| domain == self.domain)
    }
}
