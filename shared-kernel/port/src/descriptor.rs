//! A port as data: what its documents, its hash and its server are made from.

use std::time::Duration;

use kernel::event::Schema;
use serde_json::Value;

use crate::openapi;

/// Everything that can be known of a port without calling it. Written by `#[port]`.
#[derive(Debug, Clone, Copy)]
pub struct Descriptor {
    /// Such as `stock`: part of its addresses and of its refusals' types.
    pub name: &'static str,
    /// A breaking change needs the next one.
    pub version: u32,
    pub methods: &'static [MethodDescriptor],
}

#[derive(Debug, Clone, Copy)]
pub struct MethodDescriptor {
    pub name: &'static str,
    pub kind: MethodKind,
    /// Whether a repeated call has no further effect. Always true of a query.
    pub idempotent: bool,
    /// How long a caller waits. The caller's own patience: the two sides need not agree on it.
    pub timeout_ms: u64,
    pub arguments: &'static [ArgumentDescriptor],
    pub answer: fn() -> Schema,
    pub refusal: fn() -> Schema,
    pub doc: &'static str,
}

/// One member of the object that a call sends.
#[derive(Debug, Clone, Copy)]
pub struct ArgumentDescriptor {
    pub name: &'static str,
    pub schema: fn() -> Schema,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    /// Changes nothing.
    Query,
    /// Has an effect.
    Command,
}

impl Descriptor {
    /// Where its methods are found: `/ports/stock/v1`.
    pub fn path(&self) -> String {
        format!("/ports/{}/v{}", self.name, self.version)
    }

    pub fn method(&self, name: &str) -> Option<&'static MethodDescriptor> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// The port as an `OpenAPI` 3.1 document. The same build always writes the same text.
    pub fn openapi(&self) -> Value {
        openapi::document(self)
    }

    /// SHA-256 over what both sides must agree on: the document without prose and without time limits.
    pub fn contract_hash(&self) -> String {
        openapi::contract_hash(self.openapi())
    }
}

impl MethodDescriptor {
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

impl MethodKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Command => "command",
        }
    }
}
