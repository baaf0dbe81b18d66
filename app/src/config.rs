//! Every setting: where it comes from and what it may be.
//!
//! `banyan.toml` at the root of the repository is compiled in and holds every default, so that the file that people
//! read and the values that apply cannot differ. Over it lie the operator's own file and then the environment.

mod edge;
mod layers;
mod secrets;
mod settings;
mod show;

pub use edge::{Http, Limits, OperatorListener, PortsListener};
pub use layers::{Environment, SettingsError, load};
pub use settings::{
    Admin, DataSettings, Durability, Log, LogFormat, ModuleSettings, Modules, OfAnyModule, Server, Service, Settings,
};

/// Settings, and where each came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub settings: Settings,
    /// Every setting in the words of a file, by its dotted name.
    effective: layers::Layer,
}

/// The file that is read when none is named; it need not exist.
pub const DEFAULT_FILE: &str = "banyan.toml";

/// Every setting with its default.
pub(crate) const DEFAULTS: &str = include_str!("../../banyan.toml");

#[cfg(test)]
mod tests;
