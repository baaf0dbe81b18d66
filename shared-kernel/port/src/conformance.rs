//! A contract's promises, as cases that run against an implementation: the form that the tables of all ports share, and
//! the cases with which `banyan conform` tests any server of a port.

use std::{future::Future, pin::Pin, sync::Arc};

use kernel::Seams;
use serde_json::Value;

use crate::Transport;

/// One promise of a contract, and whether it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub name: &'static str,
    pub outcome: Outcome,
}

/// What was expected and what came instead, where a promise was broken.
pub type Outcome = Result<(), String>;

impl Case {
    pub const fn new(name: &'static str, outcome: Outcome) -> Self {
        Self { name, outcome }
    }

    pub const fn holds(&self) -> bool {
        self.outcome.is_ok()
    }
}

/// The broken promises among `cases`, a line each: none when the contract is upheld.
pub fn faults(cases: &[Case]) -> Vec<String> {
    cases.iter().filter_map(|case| case.outcome.as_ref().err().map(|fault| format!("{}: {fault}", case.name))).collect()
}

/// A case by its name, and what came instead when the server did not do what the contract says.
pub type Played = (&'static str, Result<(), String>);

/// The future of a table of cases.
pub type Playing = Pin<Box<dyn Future<Output = Result<Vec<Played>, String>> + Send>>;

/// A port's table of cases, and what it takes to play it.
#[derive(Debug, Clone, Copy)]
pub struct Conformance {
    /// What the server must have before it is tried, in lines that its admin API takes.
    pub opening: fn() -> Result<Vec<String>, String>,
    /// A call that changes nothing.
    pub sample: fn(&Seams) -> Sample,
    /// Plays the table over the transport.
    pub play: fn(Arc<dyn Transport>, Seams) -> Playing,
}

/// A call that changes nothing, with good arguments and with one of another type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub method: &'static str,
    pub good: Value,
    pub mistyped: Value,
}
