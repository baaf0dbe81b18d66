//! The host goes through the list of modules and names none of them.

use std::path::Path;

/// Where a module may be named, and why.
const MAY_NAME: [(&str, &str); 6] = [
    ("app/src/wiring.rs", "the list"),
    ("app/src/check", "compares the data of two modules"),
    ("app/src/replay", "buys as a customer does"),
    ("app/src/edge/class.rs", "a class of requests is called `order` too"),
    ("app/src/config/edge.rs", "the limit of that class"),
    ("app/src/openapi/examples.rs", "an example for a reader"),
];

/// Every line of the host's file that names one of `modules`, as `file: line`.
fn named(file: &str, text: &str, modules: &[String]) -> Vec<String> {
    if MAY_NAME.iter().any(|(may, _)| file.starts_with(may)) || file.contains("tests") {
        return Vec::new();
    }
    let code = text.split("\n#[cfg(test)]\n").next().unwrap_or(text);
    let is_code = |line: &&str| !line.trim_start().starts_with("//") && !line.contains("example = \"");
    let names = |line: &&str| modules.iter().any(|module| says(line, module));
    code.lines().filter(is_code).filter(names).map(|line| format!("{file}: {}", line.trim())).collect()
}

/// As a path, `order::` or `order_contract::`, or as a literal.
fn says(line: &str, module: &str) -> bool {
    let paths = [format!("{module}::"), format!("{module}_contract::")];
    let is_path = |path: &String| {
        line.match_indices(path.as_str()).any(|(at, _)| {
            let before = line.get(..at).and_then(|head| head.chars().last());
            before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_' && letter != ':')
        })
    };
    paths.iter().any(is_path) || line.contains(&format!("\"{module}\""))
}

fn under(folder: &Path, found: &mut Vec<(String, String)>, root: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            under(&path, found, root);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            found.push((file, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn the_host_names_no_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let folders = std::fs::read_dir(root.join("modules")).unwrap();
    let modules: Vec<String> =
        folders.map(|folder| folder.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert!(modules.len() >= 4, "{modules:?}");
    let mut files = Vec::new();
    under(&root.join("app/src"), &mut files, &root);
    assert!(files.len() > 50, "the host was read: {} files", files.len());
    let named: Vec<String> = files.iter().flat_map(|(file, text)| named(file, text, &modules)).collect();
    assert!(named.is_empty(), "\n{}", named.join("\n"));
}

#[test]
fn the_rule_can_fail() {
    let modules = ["order".to_owned(), "catalog".to_owned()];
    let count = |file: &str, text: &str| named(file, text, &modules).len();
    for text in
        ["use order::Order;", "    order_contract::RETURNS,", "if name == \"order\" {", "(catalog::Catalog::new())"]
    {
        assert_eq!(count("app/src/databases.rs", text), 1, "{text}");
        assert_eq!(count("app/src/wiring.rs", text), 0, "{text}");
    }
    for text in [
        "// order::Order",
        "Ordering::Relaxed",
        "reorder::all()",
        "crate::order::x()",
        "\"/orders\"",
        "#[schema(example = \"order\")]",
        "fn x() {}\n\n#[cfg(test)]\nmod tests { use order::Order; }",
    ] {
        assert_eq!(count("app/src/databases.rs", text), 0, "{text}");
    }
}
