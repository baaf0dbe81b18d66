//! Which crate may depend on which.

use std::process::Command;

use serde::Deserialize;

/// A crate of the workspace and those of ours that it depends on (tests included).
#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    path: Option<String>,
    kind: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: String,
}

/// What a crate is, by where it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// the deployable, tests, xtask
    Top,
    Module,
    Contract,
    /// kernel, port, port-macros, db-macros: nothing of ours below them but each other
    Foundation,
    /// db, web, remote
    Infrastructure,
    /// what a module is to its host, and its feed to others: joins db, web and port
    Host,
}

fn role(folder: &str) -> Role {
    match folder {
        "shared-kernel/kernel" | "shared-kernel/port" | "shared-kernel/port-macros" | "shared-kernel/db-macros" => {
            Role::Foundation
        }
        "shared-kernel/module" | "shared-kernel/feeds" => Role::Host,
        _ if folder.starts_with("shared-kernel/") => Role::Infrastructure,
        _ if folder.starts_with("modules/") && folder.ends_with("/contract") => Role::Contract,
        _ if folder.starts_with("modules/") => Role::Module,
        _ => Role::Top,
    }
}

/// Whether the crate in `from` may depend on the one in `to`. A crate's tests may switch its own features on.
fn may_depend(from: &str, to: &str) -> bool {
    use Role::{Contract, Foundation, Host, Infrastructure, Module, Top};
    from == to
        || match (role(from), role(to)) {
            (Foundation, Foundation) => from == "shared-kernel/port",
            (Foundation, _) => false,
            (Top, _) | (_, Foundation) | (Module, Contract | Infrastructure | Host) | (Host, Infrastructure) => true,
            _ => false,
        }
}

/// What carries ports is tested with a real port: its fake and its conformance suite.
fn may_be_tested_with(from: &str, to: &str) -> bool {
    role(from) == Role::Infrastructure && role(to) == Role::Contract
}

/// Every edge that the rule forbids, as `from -> to`.
fn forbidden(edges: &[(String, String)]) -> Vec<String> {
    edges.iter().filter(|(from, to)| !may_depend(from, to)).map(|(from, to)| format!("{from} -> {to}")).collect()
}

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path", manifest])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn edges(metadata: &Metadata) -> Vec<(String, String)> {
    let folder = |path: &str| {
        let inside = path.strip_prefix(&metadata.workspace_root).unwrap_or(path);
        inside.trim_start_matches('/').trim_end_matches("Cargo.toml").trim_end_matches('/').to_owned()
    };
    let mut edges = Vec::new();
    for package in &metadata.packages {
        let from = folder(&package.manifest_path);
        for dependency in &package.dependencies {
            let Some(to) = dependency.path.as_deref().map(folder) else { continue };
            if !(dependency.kind.as_deref() == Some("dev") && may_be_tested_with(&from, &to)) {
                edges.push((from.clone(), to));
            }
        }
    }
    edges
}

#[test]
fn modules_meet_only_through_contracts() {
    let metadata = metadata();
    let edges = edges(&metadata);
    assert!(edges.len() > 30, "the workspace was read: {} edges", edges.len());
    assert_eq!(forbidden(&edges), Vec::<String>::new());
}

#[test]
fn the_dependency_rule_can_fail() {
    let edge = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let wrong = [
        edge("modules/order", "modules/inventory"),
        edge("modules/order/contract", "modules/payment/contract"),
        edge("modules/order/contract", "shared-kernel/db"),
        edge("shared-kernel/db", "shared-kernel/web"),
        edge("shared-kernel/kernel", "shared-kernel/db"),
        edge("shared-kernel/kernel", "shared-kernel/port"),
        edge("shared-kernel/web", "modules/catalog/contract"),
        edge("modules/catalog", ""),
    ];
    assert_eq!(forbidden(&wrong).len(), wrong.len(), "{:?}", forbidden(&wrong));
    let right = [
        edge("", "modules/order"),
        edge("modules/order", "modules/inventory/contract"),
        edge("modules/order", "shared-kernel/module"),
        edge("modules/order/contract", "shared-kernel/port"),
        edge("shared-kernel/port", "shared-kernel/port-macros"),
        edge("shared-kernel/db", "shared-kernel/kernel"),
    ];
    assert_eq!(forbidden(&right), Vec::<String>::new());
    assert!(may_be_tested_with("shared-kernel/remote", "modules/inventory/contract"));
    assert!(!may_be_tested_with("shared-kernel/remote", "modules/inventory"));
    assert!(!may_be_tested_with("shared-kernel/kernel", "modules/inventory/contract"));
}

/// Contracts and the kernel build beside sqlx and actix, not after them.
#[test]
fn contracts_know_no_framework() {
    let frameworks = ["actix-web", "sea-orm", "sqlx", "reqwest", "kernel-db", "kernel-web"];
    for package in metadata().packages {
        let light = package.manifest_path.contains("/contract/")
            || ["/kernel/Cargo.toml", "/port/Cargo.toml"].iter().any(|end| package.manifest_path.ends_with(end));
        if light {
            let heavy: Vec<&str> = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind.is_none())
                .map(|dependency| dependency.name.as_str())
                .filter(|name| frameworks.contains(name))
                .collect();
            assert!(heavy.is_empty(), "{} depends on {heavy:?}", package.name);
        }
    }
}

/// A guard that a test can remove must not be removable in the store that people run.
#[test]
fn a_release_has_no_failpoints() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let tree = |features: &[&str]| {
        let mut arguments =
            vec!["tree", "-p", "banyan", "-e", "normal,features", "-i", "fail", "--manifest-path", manifest];
        arguments.extend_from_slice(features);
        let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!tree(&[]).contains("fail feature \"failpoints\""));
    assert!(tree(&["--features", "failpoints"]).contains("fail feature \"failpoints\""), "the check can fail");
}

/// actix-http's HTTP/2 pins h2 0.3, which has an unfixed advisory; TLS and HTTP/2 are the proxy's work.
#[test]
fn no_old_http2() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
    assert!(!lock.contains("name = \"h2\"\nversion = \"0.3"));
    assert!(lock.contains("name = \"actix-http\"\n"), "the lock file was read");
}
