//! What went wrong, said without knowing HTTP.

use std::error::Error;

/// The kinds of problem that a caller can tell apart. The web layer turns each into one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request cannot be understood.
    Malformed,
    /// The request did not come in time.
    Late,
    /// No credential, or not a good one.
    Unauthenticated,
    /// The payment was declined.
    PaymentDeclined,
    /// Known, but not allowed.
    Forbidden,
    /// Not there, or not yours to see.
    NotFound,
    /// The state says no.
    Conflict,
    /// The thing has changed since it was read.
    Stale,
    /// Understood, and breaks a rule.
    Invalid,
    /// Come back later: too many requests.
    TooMany,
    /// Come back later: something needed is away.
    Unavailable,
    /// Our fault.
    Internal,
}

/// An error that a module shows to the outside.
///
/// `Display` is the detail that a client reads (never shown for [`Kind::Internal`]).
pub trait Problem: Error {
    fn kind(&self) -> Kind;

    /// A stable name in kebab-case, such as `out-of-stock`.
    fn code(&self) -> &'static str;

    /// Members that the problem document carries beside the usual ones, as a JSON object.
    fn extensions(&self) -> Option<serde_json::Value> {
        None
    }
}

/// The error and everything that led to it, on one line: for a log, since `Display` says only the last of it.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
