//! Where the modules of a shop are: in one process, or some of them in processes of their own.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use super::{Kind, variable};

/// Every module that the store has, in the order of its list.
pub(crate) const MODULES: Modules = Modules;

static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| banyan::wiring::names().collect());

#[derive(Debug, Clone, Copy)]
pub(crate) struct Modules;

impl std::ops::Deref for Modules {
    type Target = [&'static str];

    fn deref(&self) -> &Self::Target {
        &NAMES
    }
}

impl IntoIterator for Modules {
    type Item = &'static str;
    type IntoIter = std::iter::Copied<std::slice::Iter<'static, &'static str>>;

    fn into_iter(self) -> Self::IntoIter {
        NAMES.iter().copied()
    }
}

/// Which modules are in processes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// None: the whole store is in the process of the test.
    Local,
    /// This one, and the others are in the store's process.
    Remote(&'static str),
    /// Every module, and the store's process only forwards.
    AllRemote,
}

impl Placement {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Self::Local, Self::AllRemote].into_iter().chain(MODULES.into_iter().map(Self::Remote))
    }

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
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Remote(module) => module,
            Self::AllRemote => "all",
        }
    }

    /// Whether this run includes the placement: `BANYAN_PLACEMENTS` lists some, such as `local,inventory,all`. Without a
    /// list, and with `matrix`, every placement is included.
    pub(crate) fn is_wanted(self) -> bool {
        listed().is_none_or(|listed| listed.contains(&self))
    }
}

/// The placements that `BANYAN_PLACEMENTS` lists.
fn listed() -> Option<Vec<Placement>> {
    variable("BANYAN_PLACEMENTS").map(|list| parse(&list))
}

/// # Panics
///
/// When a word is no placement.
fn parse(list: &str) -> Vec<Placement> {
    let meant = |word: &str| match word {
        "matrix" => Placement::all().collect(),
        _ => Placement::all().filter(|placement| placement.word() == word).collect::<Vec<_>>(),
    };
    let words: Vec<Vec<Placement>> = list.split(',').map(|word| meant(word.trim())).collect();
    let known: Vec<&str> = Placement::all().map(Placement::word).collect();
    assert!(words.iter().all(|word| !word.is_empty()), "BANYAN_PLACEMENTS={list}: say `matrix`, or some of {known:?}");
    words.concat()
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

    /// The sites of this run with one module in a process of its own, for the story of this name: one site that
    /// the name decides; or, where `BANYAN_PLACEMENTS` lists placements, those on every database.
    pub(crate) fn with_one_remote(story: &str, touched: &[&'static str]) -> Vec<Self> {
        let Some(listed) = listed() else { return vec![Self::chosen(story, touched).or_on_sqlite()] };
        let alone = listed.into_iter().filter(|placement| matches!(placement, Placement::Remote(_)));
        alone.flat_map(|placement| Kind::available().into_iter().map(move |kind| Self { kind, placement })).collect()
    }

    /// One of the modules that the story touches, and a database. The choice is the same in every run; another module
    /// changes it only for the stories that now have that one alone.
    pub(crate) fn chosen(story: &str, touched: &[&'static str]) -> Self {
        let unknown: Vec<_> = touched.iter().filter(|module| !MODULES.contains(module)).collect();
        assert!(unknown.is_empty(), "{story} touches {unknown:?}: say some of {MODULES:?}");
        let module = touched.iter().max_by_key(|module| Sha256::digest(format!("{story} {module}")));
        let kind = if Sha256::digest(story)[0].is_multiple_of(2) { Kind::Sqlite } else { Kind::Postgres };
        Self { kind, placement: Placement::Remote(module.expect("a story touches a module")) }
    }

    fn or_on_sqlite(self) -> Self {
        if self.kind.is_available() { self } else { Self { kind: Kind::Sqlite, ..self } }
    }
}

/// A database alone means a shop in one process.
impl From<Kind> for Site {
    fn from(kind: Kind) -> Self {
        Self { kind, placement: Placement::Local }
    }
}

#[test]
fn placements_are_listed_by_their_words() {
    assert_eq!(parse("local, inventory"), [Placement::Local, Placement::Remote("inventory")]);
    assert_eq!(parse("matrix").len(), MODULES.len() + 2);
    assert!(std::panic::catch_unwind(|| parse("local,warehouse")).is_err());
}
