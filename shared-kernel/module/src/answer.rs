//! Connects the database's idempotency keys with HTTP's.

use kernel_db::idempotency::{Answer, Key};

/// The key of one operation: `scope` is who asks, `fingerprint` the hash of what is sent.
///
/// The operation is part of the question, so one key cannot serve two operations.
pub fn key(scope: impl Into<String>, key: &str, operation: &str, fingerprint: &str) -> Key {
    Key { scope: scope.into(), key: key.to_owned(), fingerprint: format!("{operation} {fingerprint}") }
}

/// A kept or fresh answer as a response.
pub fn respond(answer: Answer) -> kernel_web::Answer {
    kernel_web::Answer {
        status: answer.status,
        body: answer.body.into(),
        location: answer.location,
        replayed: answer.replayed,
    }
}
