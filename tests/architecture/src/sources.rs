//! What a source file may say, by where it stands.

use std::path::{Path, PathBuf};

/// A broken rule, as `file: what`.
type Broken = Vec<String>;

fn check(file: &str, text: &str) -> Broken {
    let mut broken = Vec::new();
    let code = without_tests(text);
    if file.ends_with("/mod.rs") {
        broken.push(format!("{file}: modules are foo.rs beside foo/"));
    }
    let lines = code.lines().count();
    if lines > 400 && !file.contains("/tests/") {
        broken.push(format!("{file}: {lines} lines; 400 is the most"));
    }
    let said = |words: &[&'static str]| -> Vec<&'static str> {
        let spoken = |word: &&&'static str| code.lines().any(|line| !is_comment(line) && line.contains(**word));
        words.iter().filter(spoken).copied().collect()
    };
    if file.contains("/domain") {
        let impure = said(&["actix_web", "async ", ".await", "tokio::", "kernel_db", "Utc::now", "kernel_web"]);
        broken.extend(
            impure.into_iter().map(|word| format!("{file}: the domain is pure and synchronous, but says {word}")),
        );
    }
    if !keeps_data(file) {
        let sql = said(&SQL);
        broken.extend(
            sql.into_iter().map(|word| format!("{file}: SQL and entities stay in persistence, but says {word}")),
        );
    }
    let has_handlers = file.starts_with("app/src/") || file.starts_with("modules/") && file.contains("/http");
    if has_handlers && !file.ends_with("tests.rs") {
        broken.extend(
            handlers_that_decide(code)
                .into_iter()
                .map(|name| format!("{file}: handler {name} decides; move it into the use case")),
        );
    }
    broken
}

/// What only code that keeps data says.
const SQL: [&str; 9] = [
    "sea_orm::",
    "DeriveEntityModel",
    "\"SELECT ",
    "\"INSERT INTO ",
    "\"UPDATE ",
    "\"DELETE FROM ",
    "\"WITH ",
    "\"CREATE TABLE ",
    "kernel_db::Rows",
];

/// A module's persistence, kernel-db, and tests, which look at rows and break them.
fn keeps_data(file: &str) -> bool {
    let is_product = ["app/", "modules/", "shared-kernel/", "xtask/"].iter().any(|folder| file.starts_with(folder));
    let is_test = file.contains("/tests/") || file.ends_with("/tests.rs");
    !is_product || is_test || file.contains("/src/persistence") || file.starts_with("shared-kernel/db")
}

/// Files outside persistence that keep data, each with its reason. One that says no SQL any more is to be taken off.
const KEEP_DATA_ELSEWHERE: [(&str, &str); 2] = [
    ("app/src/placement/record.rs", "the host's decisions are in a table of the kernel's in each module's database"),
    ("shared-kernel/module/src/migration.rs", "runs the migrations of every module"),
];

/// Handlers extract, translate, call, wrap: no `if`, `match` or `map_err` in a function with a route.
fn handlers_that_decide(code: &str) -> Vec<String> {
    let mut deciding = Vec::new();
    let mut handler: Option<String> = None;
    let mut routed = false;
    for line in code.lines() {
        if ["#[get(", "#[post(", "#[put(", "#[delete("].iter().any(|route| line.starts_with(route)) {
            routed = true;
        }
        if routed && let Some((_, rest)) = line.split_once("fn ") {
            handler = rest.split('(').next().map(ToOwned::to_owned);
            routed = false;
        }
        if line == "}" {
            handler = None;
        }
        let decides = [" if ", "match ", ".map_err("].iter().any(|word| line.contains(word)) && !is_comment(line);
        if decides && let Some(name) = handler.take() {
            deciding.push(name);
        }
    }
    deciding
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// The text before its tests.
fn without_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(text)
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "data" {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_file_is_in_its_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    assert!(files.len() > 100, "the tree was read: {} files", files.len());
    let mut broken = Broken::new();
    let mut excepted: Vec<&str> = Vec::new();
    for path in &files {
        let file = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let exception = KEEP_DATA_ELSEWHERE.iter().find(|(name, _)| *name == file);
        for told in check(&file, &std::fs::read_to_string(path).unwrap()) {
            match exception {
                Some((name, _)) if told.contains("stay in persistence") => excepted.push(name),
                _ => broken.push(told),
            }
        }
    }
    let clean = KEEP_DATA_ELSEWHERE.iter().filter(|(name, _)| !excepted.contains(name));
    broken.extend(clean.map(|(name, _)| format!("{name}: says no SQL any more; take it off the list of exceptions")));
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn each_rule_can_fail() {
    let long = "let x = 1;\n".repeat(401);
    for (file, text) in [
        ("modules/order/src/domain/order.rs", "use sea_orm::entity::prelude::*;"),
        ("modules/order/src/domain/order.rs", "pub async fn place() {}"),
        ("modules/order/src/application/place.rs", "#[derive(DeriveEntityModel)]"),
        ("modules/order/src/error.rs", "impl From<sea_orm::DbErr> for OrderError {"),
        ("modules/order/src/reactions.rs", "tx.run(\"UPDATE orders SET status = ?\", [status]).await"),
        ("modules/order/contract/src/port.rs", "const ALL: &str = \"SELECT id FROM orders\";"),
        ("modules/order/src/check.rs", "const ALL: &str = \"WITH one AS (SELECT 1) SELECT 1 FROM one\";"),
        ("app/src/metrics.rs", "tx.run(\"DELETE FROM outbox\", []).await"),
        ("shared-kernel/web/src/page.rs", "use sea_orm::QueryResult;"),
        ("modules/order/src/http/mod.rs", ""),
        ("modules/order/src/reactions.rs", &long),
        ("modules/order/src/http/orders.rs", "#[get(\"/x\")]\nasync fn show() -> X {\n    if a { b } else { c }\n}\n"),
    ] {
        assert_eq!(check(file, text).len(), 1, "{file}: {:?}", check(file, text));
    }
    for (file, text) in [
        (
            "modules/order/src/domain/order.rs",
            "// async is for others\nfn place() {}\n#[cfg(test)]\nmod tests { async fn t() {} }",
        ),
        ("modules/order/src/persistence/entity.rs", "#[derive(DeriveEntityModel)]"),
        ("modules/order/src/persistence/hot.rs", "use sea_orm::Value;\nconst ALL: &str = \"SELECT id FROM orders\";"),
        ("modules/order/src/tests/plans.rs", "let sql = \"SELECT id FROM orders\";"),
        ("modules/order/src/service.rs", "/// As \"SELECT \" would.\nlet title = \"Select one\";"),
        ("shared-kernel/db/src/lease.rs", "use sea_orm::Value;"),
        (
            "modules/order/src/http/orders.rs",
            "#[get(\"/x\")]\nasync fn show() -> X {\n    y.await\n}\nfn view() {\n    match a {}\n}\n",
        ),
    ] {
        assert_eq!(check(file, text), Broken::new(), "{file}");
    }
}
