//! What the scripts do where the internet is, and where it is not. `cargo deny` is played by a file of the test.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Runs `advisories` of `scripts/lib.sh` with a `cargo deny` whose database can or cannot be had, and that finds something
/// or nothing.
fn advisories(name: &str, has_database: bool, is_clean: bool) -> Output {
    let folder = std::env::temp_dir().join(format!("banyan-advisories-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let exit = |good: bool| if good { "exit 0" } else { "echo 'error: refused' >&2; exit 1" };
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in *fetch*) {};; *advisories*) {};; esac\n",
        exit(has_database),
        exit(is_clean)
    );
    let program = folder.join("cargo-deny");
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let said = run(&folder);
    fs::remove_dir_all(&folder).unwrap();
    said
}

fn run(programs: &Path) -> Output {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let script = "set -euo pipefail; PATH=\"$0:$PATH\"; . scripts/lib.sh; advisories; echo went on";
    Command::new("bash").args(["-c", script]).arg(programs).current_dir(root).output().unwrap()
}

#[test]
fn advisories_that_cannot_be_had_are_said_aloud_and_fail_nothing() {
    let said = advisories("away", false, false);
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && out.contains("went on"), "{out} {err}");
    assert!(err.contains("NOT CHECKED: advisories") && err.contains("cargo deny check advisories"), "{err}");
}

#[test]
fn a_known_hole_fails_the_run() {
    let said = advisories("hole", true, false);
    assert!(!said.status.success() && !String::from_utf8_lossy(&said.stdout).contains("went on"), "{said:?}");
    let clean = advisories("clean", true, true);
    assert!(clean.status.success() && clean.stderr.is_empty(), "{clean:?}");
}
