//! What a contract promises, as cases that are played against an implementation: the shape that the tables of all ports
//! share.

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
