//! The lines of a module outside its own folder.

use std::path::Path;

use anyhow::Context;

use crate::name::Name;

pub(crate) const MANIFEST: &str = "Cargo.toml";
pub(crate) const WIRING: &str = "app/src/wiring.rs";
pub(crate) const SETTINGS: &str = "banyan.toml";

pub(crate) const FILES: [&str; 3] = [MANIFEST, WIRING, SETTINGS];

/// Each file with the module in it.
pub(crate) fn all(root: &Path, name: &Name) -> anyhow::Result<Vec<(&'static str, String)>> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"));
    let other = |path: &str| format!("{path} is not as it was when this program was written");
    Ok(vec![
        (MANIFEST, manifest(&read(MANIFEST)?, name).with_context(|| other(MANIFEST))?),
        (WIRING, wiring(&read(WIRING)?, name).with_context(|| other(WIRING))?),
        (SETTINGS, settings(&read(SETTINGS)?, name)),
    ])
}

/// The crates of the workspace, and the module among those of the deployable.
fn manifest(text: &str, name: &Name) -> anyhow::Result<String> {
    let name = name.snake();
    let ours = format!(
        "{name} = {{ path = \"modules/{name}\" }}\n{name}-contract = {{ path = \"modules/{name}/contract\" }}\n"
    );
    let text = before(text, "banyan = { path = \".\" }\n", &ours)?;
    before(&text, "# What they stand on.\n", &format!("{name}.workspace = true\n"))
}

/// The end of the list: its routes are tried last.
fn wiring(text: &str, name: &Name) -> anyhow::Result<String> {
    let line = format!("    module::<{}::{}>(),\n", name.snake(), name.camel());
    let (head, list) = text.split_once("MODULES: &[&dyn Registered] = &[\n").context("there is no list of modules")?;
    Ok(format!("{head}MODULES: &[&dyn Registered] = &[\n{}", before(list, "];\n", &line)?))
}

fn settings(text: &str, name: &Name) -> String {
    format!("{text}\n{}", crate::template::filled(include_str!("../template/banyan.toml"), name))
}

/// `text` with `line` before the first `anchor`.
fn before(text: &str, anchor: &str, line: &str) -> anyhow::Result<String> {
    let (head, tail) = text.split_once(anchor).with_context(|| format!("it has no line `{}`", anchor.trim()))?;
    Ok(format!("{head}{line}{anchor}{tail}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{MANIFEST, all, manifest, settings, wiring};
    use crate::name::Name;

    fn root() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    /// The files of this repository are as the edits expect them.
    #[test]
    fn each_file_gains_lines_and_loses_none() {
        let name = Name::parse("trial").unwrap();
        for (path, text) in all(root(), &name).unwrap() {
            let before = std::fs::read_to_string(root().join(path)).unwrap();
            let mut left = text.lines();
            assert!(before.lines().all(|line| left.any(|kept| kept == line)), "{path} has lost a line");
            assert!(text.lines().count() > before.lines().count() && text.contains("trial"), "{path}");
        }
    }

    #[test]
    fn a_file_that_is_not_as_expected_is_named() {
        let name = Name::parse("trial").unwrap();
        assert!(manifest("[workspace]\n", &name).unwrap_err().to_string().contains("banyan = { path"));
        assert!(wiring("fn main() {}\n", &name).is_err());
        let line = "banyan = { path = \".\" }\n# What they stand on.\n";
        assert!(manifest(line, &name).unwrap().contains("trial-contract = { path = \"modules/trial/contract\" }"));
        assert!(settings("", &name).contains("[modules.trial]"));
        assert!(all(Path::new("/nowhere"), &name).unwrap_err().to_string().contains(MANIFEST));
    }
}
