//! `cargo run -p xtask -- new-module NAME` writes a module that compiles and passes its tests.

mod edit;
mod name;
mod template;

use std::{
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context, bail, ensure};

use self::name::Name;

const USAGE: &str = "\
usage: cargo run -p xtask -- new-module NAME

Writes the module NAME (small letters, such as `reviews`) under modules/NAME and migrations/NAME: one aggregate, port, event,
endpoint and story. Adds it to Cargo.toml, app/src/wiring.rs and banyan.toml.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["new-module", name] => new_module(Path::new("."), name),
        _ => Err(anyhow::anyhow!(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Nothing is written unless all of it can be.
fn new_module(root: &Path, name: &str) -> anyhow::Result<()> {
    let name = Name::parse(name)?;
    ensure!(root.join(edit::WIRING).is_file(), "{} is not here: run it in the root of the repository", edit::WIRING);
    let folder = root.join("modules").join(name.snake());
    if folder.exists() {
        bail!("{} is there already: take another name, or delete the folder", folder.display());
    }
    let edited = edit::all(root, &name)?;
    for (path, text) in template::files(&name) {
        // Tables stand together, at the top.
        let file = match path.strip_prefix("migrations/") {
            Some(table) => root.join("migrations").join(name.snake()).join(table),
            None => folder.join(path),
        };
        let parent = file.parent().context("a file of the template has no folder")?;
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    for (path, text) in edited {
        let file = root.join(path);
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let name = name.snake();
    format(root, name)?;
    println!("modules/{name} is written, and has its lines in {}.", edit::FILES.join(", "));
    println!("Next: cargo test -p {name}");
    println!("      cargo run -- openapi --write     and commit openapi/ and Cargo.lock with the module");
    println!("      CONTRIBUTING.md, \"Adding a module\", says what else a module needs");
    Ok(())
}

/// The order of names and the breaks of lines depend on the module's name.
fn format(root: &Path, name: &str) -> anyhow::Result<()> {
    let contract = format!("{name}-contract");
    let status = Command::new("cargo").args(["fmt", "-p", name, "-p", &contract]).current_dir(root).status();
    let status = status.context("cargo fmt cannot be run: install rustfmt, and say `cargo fmt --all`")?;
    ensure!(status.success(), "cargo fmt refuses what was written in modules/{name}");
    Ok(())
}
