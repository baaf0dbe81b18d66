//! Reads the layers, checks every name in them, and merges them.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use ::config::{Config, ConfigError as LayerError, File, FileFormat, Source, Value, ValueKind};
use kernel_remote::{ConfigError, FacadeConfig, RemoteConfig};
use serde::de::DeserializeOwned;

use super::{DEFAULT_FILE, DEFAULTS, Loaded, ModuleSettings, Modules, Settings};
use crate::{registry::Registered, wiring};

/// The environment of the process, read once.
#[derive(Debug, Clone, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    pub fn read() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            name.into_string().ok().zip(value.into_string().ok())
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn config_file(&self) -> Option<PathBuf> {
        self.0.get("BANYAN_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from)
    }
}

/// Why the settings cannot be used. Every message names the setting and where it stands.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("there is no settings file at {0}; check --config or BANYAN_CONFIG")]
    NoFile(PathBuf),
    #[error("the settings cannot be read: {0}")]
    Unreadable(LayerError),
    #[error("{origin} sets `{name}`, which is not a setting{}", suggestion(.nearest.as_deref()))]
    Unknown { name: String, origin: String, nearest: Option<String> },
    #[error("`{name}` in {origin} is not usable: {reason}")]
    Unusable { name: String, origin: String, reason: String },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Settings by their dotted names.
pub(super) type Layer = BTreeMap<String, Value>;

/// The source of a value that is not set.
pub(super) const DEFAULT_ORIGIN: &str = "the defaults";

/// Reads every layer. `file` is the one that the command line names.
pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Loaded, SettingsError> {
    let defaults = flat(DEFAULT_ORIGIN, &File::from_str(DEFAULTS, FileFormat::Toml))?;
    let mut effective = defaults.clone();
    if let Some(path) = settings_file(file, environment)? {
        let origin = path.display().to_string();
        lay_over(&mut effective, flat(&origin, &File::new(&origin, FileFormat::Toml))?, &origin)?;
    }
    let source = ::config::Environment::with_prefix("BANYAN").prefix_separator("__").separator("__");
    let variables = flat("the environment", &source.source(Some(environment.0.clone().into_iter().collect())))?;
    lay_over(&mut effective, variables, "the environment")?;
    Ok(Loaded { settings: typed(&effective)?, effective })
}

/// A file that was named must be there; the usual one need not be.
fn settings_file(named: Option<&Path>, environment: &Environment) -> Result<Option<PathBuf>, SettingsError> {
    match named.map(Path::to_owned).or_else(|| environment.config_file()) {
        Some(path) if path.is_file() => Ok(Some(path)),
        Some(path) => Err(SettingsError::NoFile(path)),
        None => Ok(Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file())),
    }
}

fn flat(origin: &str, source: &impl Source) -> Result<Layer, SettingsError> {
    let mut layer = Layer::new();
    for (name, value) in source.collect().map_err(SettingsError::Unreadable)? {
        flatten(&name, value, origin, &mut layer);
    }
    Ok(layer)
}

fn flatten(name: &str, value: Value, origin: &str, layer: &mut Layer) {
    match value.kind {
        ValueKind::Table(members) => {
            for (member, value) in members {
                flatten(&format!("{name}.{member}"), value, origin, layer);
            }
        }
        kind => {
            layer.insert(name.to_owned(), Value::new(Some(&origin.to_owned()), kind));
        }
    }
}

fn lay_over(below: &mut Layer, above: Layer, origin: &str) -> Result<(), SettingsError> {
    for (name, value) in above {
        if !below.contains_key(&name) {
            let nearest = nearest(&name, below.keys());
            return Err(SettingsError::Unknown { name, origin: origin.to_owned(), nearest });
        }
        below.insert(name, value);
    }
    Ok(())
}

/// The known name that looks most like `name`, if any does.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Option<String> {
    let far = name.len() / 2;
    known
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known.clone())
}

fn typed(layer: &Layer) -> Result<Settings, SettingsError> {
    Ok(Settings {
        http: section(layer, "http")?,
        limits: section(layer, "limits")?,
        operator: section(layer, "operator")?,
        data: section(layer, "data")?,
        admin: section(layer, "admin")?,
        server: section(layer, "server")?,
        log: section(layer, "log")?,
        ports: section(layer, "ports")?,
        service: section(layer, "service")?,
        remote: checked(layer, "remote", RemoteConfig::validate)?,
        facade: checked(layer, "facade", FacadeConfig::validate)?,
        retention: section(layer, "retention")?,
        modules: modules(layer)?,
        only: None,
        leave_data_behind: false,
    })
}

fn modules(layer: &Layer) -> Result<Modules, SettingsError> {
    let settings = |registered: &&dyn Registered| Ok((registered.name(), module(layer, *registered)?));
    Ok(Modules(wiring::MODULES.iter().map(settings).collect::<Result<_, SettingsError>>()?))
}

fn module(layer: &Layer, registered: &dyn Registered) -> Result<ModuleSettings, SettingsError> {
    let name = format!("modules.{}", registered.name());
    let common = members(layer, &name, |member| OF_ANY_MODULE.contains(&member))?;
    // What is empty is left to the module's own default: a file cannot say "none".
    let given = |member: &str| !is_empty(layer.get(&format!("{name}.{member}")));
    let config = values(layer, &name, |member| !OF_ANY_MODULE.contains(&member) && given(member))?;
    let config = registered.config(config).map_err(|error| unusable(layer, &name, error))?;
    Ok(ModuleSettings { common, config })
}

fn is_empty(value: Option<&Value>) -> bool {
    value.is_some_and(|value| matches!(&value.kind, ValueKind::String(text) if text.is_empty()))
}

const OF_ANY_MODULE: [&str; 4] = ["placement", "url", "remote.ports", "remote.public"];

/// As [`section`], for settings that know themselves what is nonsense.
fn checked<T: DeserializeOwned>(
    layer: &Layer,
    name: &str,
    validate: impl Fn(&T) -> Result<(), ConfigError>,
) -> Result<T, SettingsError> {
    let settings = section(layer, name)?;
    validate(&settings).map_err(|error| {
        let name = format!("{name}.{}", error.setting);
        SettingsError::Unusable { origin: origin(layer, &name), name, reason: format!("it {}", error.problem) }
    })?;
    Ok(settings)
}

fn section<T: DeserializeOwned>(layer: &Layer, name: &str) -> Result<T, SettingsError> {
    members(layer, name, |_| true)
}

/// The settings directly under `section` that `wanted` picks, as a `T`.
fn members<T: DeserializeOwned>(
    layer: &Layer,
    section: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<T, SettingsError> {
    let values = values(layer, section, wanted)?;
    values.try_deserialize().map_err(|error| unusable(layer, section, error))
}

fn values(layer: &Layer, section: &str, wanted: impl Fn(&str) -> bool) -> Result<Config, SettingsError> {
    let mut builder = Config::builder();
    for (name, value) in layer {
        let Some(member) = name.strip_prefix(section).and_then(|rest| rest.strip_prefix('.')) else { continue };
        if wanted(member) {
            builder = builder.set_override(member, value.clone()).map_err(SettingsError::Unreadable)?;
        }
    }
    builder.build().map_err(SettingsError::Unreadable)
}

/// The value is left out of the message when it is a secret's.
fn unusable(layer: &Layer, section: &str, error: LayerError) -> SettingsError {
    let (member, reason) = match error {
        LayerError::Type { key, unexpected, expected, .. } => (key, format!("expected {expected}, found {unexpected}")),
        LayerError::At { key, error, .. } => (key, error.to_string()),
        other => (None, other.to_string()),
    };
    let name = member.map_or_else(|| section.to_owned(), |member| format!("{section}.{member}"));
    SettingsError::Unusable { origin: origin(layer, &name), name, reason }
}

fn origin(layer: &Layer, name: &str) -> String {
    layer.get(name).and_then(Value::origin).unwrap_or("the settings").to_owned()
}
