//! The databases that every scenario runs on.

use std::{io::Write as _, sync::Once};

/// Which database a shop keeps its data in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// The kinds that are to be had here.
    pub(crate) fn available() -> Vec<Self> {
        [Self::Sqlite, Self::Postgres].into_iter().filter(|kind| kind.is_available()).collect()
    }

    /// Says aloud, once, that scenarios are skipped because there is no Postgres.
    pub(crate) fn is_available(self) -> bool {
        static SAID: Once = Once::new();
        let available = self == Self::Sqlite || variable("BANYAN_TEST_POSTGRES").is_some();
        if !available {
            SAID.call_once(|| aloud("SKIPPED on Postgres: BANYAN_TEST_POSTGRES is not set"));
        }
        available
    }

    /// Where the databases of this kind are; empty for files.
    pub(crate) fn url(self) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Postgres => variable("BANYAN_TEST_POSTGRES").expect("BANYAN_TEST_POSTGRES is set"),
        }
    }
}

/// Writes where the test runner does not swallow it. One line, and not a long one.
pub(crate) fn aloud(words: &str) {
    let line: String = words.chars().take(240).collect();
    writeln!(std::io::stderr(), "{line}").ok();
}

/// How many times as much the invariants are tried: 1, or what `BANYAN_TIMES` says. At 10 they reach the sizes that the
/// invariants name.
pub(crate) fn times() -> u32 {
    variable("BANYAN_TIMES").map_or(1, |times| times.parse().expect("BANYAN_TIMES is a number"))
}

/// A variable of the environment that says how the suite runs.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment what they may use")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
