//! Where the modules of a shop are: in one process, or some of them in processes of their own.

use super::{Kind, variable};

/// Every module, in an order in which each finds those that it asks.
pub(crate) const MODULES: [&str; 4] = ["inventory", "payment", "catalog", "order"];

/// Which modules are in processes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// None: the whole store is in the process of the test.
    Local,
    /// This one, and the others are in the store's process.
    Remote(&'static str),
    /// All four, and the store's process only forwards.
    AllRemote,
}

impl Placement {
    pub(crate) const ALL: [Self; 6] = [
        Self::Local,
        Self::Remote("catalog"),
        Self::Remote("inventory"),
        Self::Remote("order"),
        Self::Remote("payment"),
        Self::AllRemote,
    ];

    /// The modules that are not in the store's process.
    pub(crate) fn away(self) -> Vec<&'static str> {
        let is_away = |module: &&str| match self {
            Self::Local => false,
            Self::Remote(away) => away == *module,
            Self::AllRemote => true,
        };
        MODULES.into_iter().filter(is_away).collect()
    }

    /// As `BANYAN_PLACEMENTS` says it.
    fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Remote(module) => module,
            Self::AllRemote => "all",
        }
    }

    /// Whether this run is to go through it: `BANYAN_PLACEMENTS` lists some, such as `local,inventory,all`; without it
    /// every placement is.
    pub(crate) fn is_wanted(self) -> bool {
        let Some(wanted) = variable("BANYAN_PLACEMENTS") else { return true };
        let mut words = wanted.split(',').map(str::trim);
        let known = |word: &str| Self::ALL.into_iter().any(|placement| placement.word() == word);
        assert!(words.clone().all(known), "BANYAN_PLACEMENTS={wanted}: say some of {:?}", Self::ALL.map(Self::word));
        words.any(|word| word == self.word())
    }
}

/// Where a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) kind: Kind,
    pub(crate) placement: Placement,
}

impl Site {
    pub(crate) fn is_available(self) -> bool {
        self.placement.is_wanted() && self.kind.is_available()
    }
}

/// A database alone means a shop in one process.
impl From<Kind> for Site {
    fn from(kind: Kind) -> Self {
        Self { kind, placement: Placement::Local }
    }
}
