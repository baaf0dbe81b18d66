//! Where each module runs, and how it moves.
//!
//! Reading order: [`Hosting`] says what this process has of a module; `remote` is a module in another process as it is
//! seen from here; `slot` is one module's place, which can change while the store is open; `flip` changes it, and
//! `record` remembers that; `facade` forwards what a buyer asks of a module that is elsewhere; `tenure` keeps a
//! module's data from being left behind, and from having two leaders.

use std::collections::BTreeSet;

use anyhow::bail;
use port::Placement;
use secrecy::ExposeSecret;

use crate::{config::Settings, wiring};

pub(crate) mod facade;
pub(crate) mod feed;
pub(crate) mod flip;
pub(crate) mod record;
pub(crate) mod remote;
pub(crate) mod server;
pub(crate) mod slot;
pub(crate) mod tenure;

/// The other modules that `module` needs.
fn needed_by(module: &str) -> &'static [&'static str] {
    wiring::find(module).map_or(&[], |module| module.needs())
}

/// What this process has of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosting {
    /// The module is at home here.
    Here,
    /// It is elsewhere, but on a Postgres that this process reaches too: it can come home while the store is open.
    Standby,
    /// It is elsewhere, with its data.
    Elsewhere,
}

impl Hosting {
    pub fn of(settings: &Settings, module: &str) -> Self {
        if let Some(only) = &settings.only {
            return if only.contains(module) { Self::Here } else { Self::Elsewhere };
        }
        let common = settings.modules.of(module);
        let on_postgres = common.is_some_and(|common| !common.url.expose_secret().is_empty())
            || !settings.data.url.expose_secret().is_empty();
        match common.map(|common| common.placement) {
            Some(Placement::Remote) if on_postgres => Self::Standby,
            Some(Placement::Remote) | None => Self::Elsewhere,
            Some(Placement::Local) => Self::Here,
        }
    }
}

/// The modules that `serve --only` names.
pub fn only(names: &[String]) -> anyhow::Result<Option<BTreeSet<&'static str>>> {
    let mut only = BTreeSet::new();
    for name in names {
        let Some(module) = wiring::names().find(|module| module == name) else {
            bail!("--only names `{name}`, and there is no such module; there are {}", wiring::listed());
        };
        only.insert(module);
    }
    Ok(Some(only).filter(|only| !only.is_empty()))
}

/// Refuses settings with which modules could not find each other.
pub fn check(settings: &Settings) -> anyhow::Result<()> {
    let here = |module: &str| Hosting::of(settings, module) == Hosting::Here;
    let has_key = !settings.service.key.expose_secret().is_empty();
    if settings.only.is_some() && !has_key {
        bail!(
            "`serve --only` hosts modules for other processes, and service.key is not set: give every process the \
               same key of 32 characters or more (BANYAN__SERVICE__KEY)"
        );
    }
    for module in wiring::names().filter(|module| !here(module)) {
        let needs_it = |who: &&str| here(who) && needed_by(who).contains(&module);
        let needed: Vec<&str> = wiring::names().filter(needs_it).collect();
        let address = settings.modules.of(module).map(|common| common.remote.ports.as_str());
        if needed.is_empty() && settings.only.is_some() {
            continue;
        }
        if address.is_none_or(str::is_empty) {
            bail!(
                "the module `{module}` is not in this process{}: set modules.{module}.remote.ports to its port server's \
                 address, such as http://127.0.0.1:7181 (BANYAN__MODULES__{}__REMOTE__PORTS)",
                if needed.is_empty() {
                    String::new()
                } else {
                    format!(", and {} cannot do without it", needed.join(" and "))
                },
                module.to_uppercase(),
            );
        }
        if !has_key {
            bail!(
                "the module `{module}` is in another process, and service.key is not set: give every process the same \
                 key of 32 characters or more (BANYAN__SERVICE__KEY)"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
