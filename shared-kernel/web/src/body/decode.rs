//! JSON, read twice at most: fast when it is right, and once more to say exactly what is wrong.

use serde::de::{DeserializeOwned, IgnoredAny};

use super::pointer;
use crate::{ApiError, ApiResult, FieldError};

pub(super) fn strictly<T: DeserializeOwned>(raw: &[u8]) -> ApiResult<T> {
    serde_json::from_slice(raw).map_err(|_| refusal::<T>(raw))
}

/// What is not JSON at all is a 400, wherever the first read stopped; what is JSON is a 422 that says where.
fn refusal<T: DeserializeOwned>(raw: &[u8]) -> ApiError {
    let Ok(text) = std::str::from_utf8(raw) else {
        return ApiError::malformed("the body is not UTF-8");
    };
    if text.trim_ascii().is_empty() {
        return ApiError::malformed("the body is empty");
    }
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return ApiError::malformed(format!("the body is not JSON: {error}"));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => place(&error),
        Ok(_) => ApiError::malformed("the body is not JSON"),
    }
}

fn place(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let message = error.inner().to_string();
    let message = without_place(&message);
    let found = Finding::of(message);
    let pointer = pointer::of_path(error.path(), found.field());
    let mut refusal = ApiError::invalid(pointer.clone(), found.code(), message);
    refusal.say(format!("{}: {message}", if pointer.is_empty() { "the body" } else { &pointer }));
    refusal
}

/// serde's messages are the only place where it says what kind of error it met.
enum Finding<'a> {
    Unknown(&'a str),
    Missing(&'a str),
    Duplicate(&'a str),
    WrongType,
    OutOfRange,
    Other,
}

impl<'a> Finding<'a> {
    fn of(message: &'a str) -> Self {
        let quoted = message.split('`').nth(1).unwrap_or_default();
        let integer = "invalid value: integer";
        match message {
            _ if message.starts_with("unknown field") => Self::Unknown(quoted),
            _ if message.starts_with("missing field") => Self::Missing(quoted),
            _ if message.starts_with("duplicate field") => Self::Duplicate(quoted),
            _ if message.starts_with(integer) || message.starts_with("number out of range") => Self::OutOfRange,
            _ if message.starts_with("invalid type") => Self::WrongType,
            _ => Self::Other,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown-field",
            Self::Missing(_) => "missing-field",
            Self::Duplicate(_) => "duplicate-field",
            Self::WrongType => "wrong-type",
            Self::OutOfRange => "out-of-range",
            Self::Other => "invalid-value",
        }
    }

    const fn field(&self) -> Option<&'a str> {
        match self {
            Self::Unknown(field) | Self::Missing(field) | Self::Duplicate(field) => Some(field),
            _ => None,
        }
    }
}

/// serde's message without ` at line 1 column 20`: the pointer says it better.
fn without_place(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message)
}

impl FieldError {
    pub(super) fn broken_rule(pointer: String, message: &str) -> Self {
        Self { pointer, code: "invalid-value".to_owned(), message: message.to_owned() }
    }
}
