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
    let said = bash(ADVISORIES, &folder);
    fs::remove_dir_all(&folder).unwrap();
    said
}

const ADVISORIES: &str = "PATH=\"$0:$PATH\"; . scripts/lib.sh; advisories; echo went on";

/// Runs `script` in the repository as the scripts run. It finds `folder` in `$0`.
fn bash(script: &str, folder: &Path) -> Output {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let script = format!("set -euo pipefail; {script}");
    Command::new("bash").arg("-c").arg(script).arg(folder).current_dir(root).output().unwrap()
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

/// A script of two stages, of which the second fails, with twelve tests on record.
const SLOW: &str = r#"
    . scripts/lib.sh
    trap 'longest_stages; slowest_tests "$0/times" "$0/log"' EXIT
    stage "quick"
    stage "slow"
    SECONDS=$((SECONDS + 61))
    false
"#;

#[test]
fn what_took_long_is_said_when_a_test_fails_too() {
    let folder = std::env::temp_dir().join(format!("banyan-slowest-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let quick: Vec<String> = (1..=10).map(|test| format!("{test}.500 quick::test_{test}\n")).collect();
    fs::write(
        folder.join("times"),
        format!("20.250 slow::twice\n{}20.250 slow::twice\n30.000 slow::once\n", quick.concat()),
    )
    .unwrap();
    let log = "     Running unittests src/lib.rs (target/debug/deps/suite-0123456789abcdef)\n\
               test result: ok. 9 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 123.40s\n";
    fs::write(folder.join("log"), log).unwrap();
    let said = bash(SLOW, &folder);
    fs::remove_dir_all(&folder).unwrap();

    let out = String::from_utf8_lossy(&said.stdout);
    let lines: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains("==")).collect();
    assert!(!said.status.success(), "{said:?}");
    assert!(lines[0].starts_with("1 min 0") && lines[0].ends_with(" s  slow"), "{out}");
    assert!(lines[1].starts_with("0 min 0") && lines[1].ends_with(" s  quick"), "{out}");
    assert_eq!(&lines[2..5], ["40.5  slow::twice", "30.0  slow::once", "10.5  quick::test_10"], "{out}");
    assert_eq!(lines.len(), 2 + 10 + 1, "{out}");
    assert_eq!(lines[12], "123.4  suite", "{out}");
}

/// A `cargo` that builds at once, and whose tests take long and fail.
const CARGO: &str = r#"#!/bin/sh
case "$*" in
metadata*) echo "{\"target_directory\":\"$(dirname "$0")\"}" ;;
*--no-run*) ;;
test*)
  [ "$BANYAN_PLACEMENTS" = local ] || exit 3
  echo "30.000 slow::once" >>"$BANYAN_WRITE_TIMES_TO"
  echo "test slow::once ... FAILED"
  exit 101
  ;;
esac
"#;

#[test]
fn a_run_whose_tests_fail_fails_and_says_what_took_long() {
    let folder = std::env::temp_dir().join(format!("banyan-run-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in [("cargo", CARGO), ("strace", "#!/bin/sh\n"), ("python3", "#!/bin/sh\n")] {
        let program = folder.join(name);
        fs::write(&program, text).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let said = bash("PATH=\"$0:$PATH\" scripts/test quick", &folder);
    let log = fs::read_to_string(folder.join("test.log")).unwrap_or_default();
    fs::remove_dir_all(&folder).unwrap();

    let out = String::from_utf8_lossy(&said.stdout);
    assert_eq!(said.status.code(), Some(101), "{said:?}");
    assert!(!out.contains("passed in"), "{out}");
    let stages = ["format", "lints", "tests, compiled", "tests"];
    let is_said = |stage: &&str| out.lines().any(|line| line.ends_with(&format!(" s  {stage}")));
    assert!(stages.iter().all(is_said), "{out}");
    assert!(out.contains("30.0  slow::once"), "{out}");
    assert_eq!(log, "test slow::once ... FAILED\n");
}
