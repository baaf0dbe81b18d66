use std::{collections::BTreeSet, path::Path};

use secrecy::ExposeSecret;

use super::{DEFAULTS, Environment, Loaded, SettingsError, load};
use crate::wiring;

fn with_file(text: &str, environment: &[(&str, &str)]) -> Result<Loaded, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.toml");
    std::fs::write(&file, text).unwrap();
    load(Some(&file), &Environment::of(environment))
}

fn refusal(text: &str, environment: &[(&str, &str)]) -> String {
    with_file(text, environment).map(|loaded| loaded.show()).unwrap_err().to_string()
}

#[test]
fn a_file_lies_over_the_defaults_and_the_environment_over_the_file() {
    let file = "[http]\nlisten = \"127.0.0.1:9000\"\nworkers = 3\n";
    let loaded = with_file(file, &[("BANYAN__HTTP__WORKERS", "5"), ("BANYAN__ADMIN__KEY", "007")]).unwrap();
    assert_eq!(loaded.settings.http.listen.port(), 9000);
    assert_eq!(loaded.settings.http.workers, 5);
    assert_eq!(loaded.settings.http.body_limit_bytes, 64 * 1024);
    assert_eq!(loaded.settings.admin.key.expose_secret(), "007", "a secret of digits keeps its zeros");
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_known_one() {
    for (file, environment, name, nearest) in [
        ("[http]\nlisen = \"127.0.0.1:1\"\n", &[][..], "http.lisen", Some("http.listen")),
        ("[htp]\nlisten = \"127.0.0.1:1\"\n", &[], "htp.listen", Some("http.listen")),
        (
            "[modules.catalogue]\nplacement = \"local\"\n",
            &[],
            "modules.catalogue.placement",
            Some("modules.catalog.placement"),
        ),
        ("", &[("BANYAN__LOG__LEVLE", "debug")], "log.levle", Some("log.level")),
        ("colour = \"green\"\n", &[], "colour", None),
        ("http = 5\n", &[], "http", None),
    ] {
        match with_file(file, environment).unwrap_err() {
            SettingsError::Unknown { name: found, nearest: suggested, .. } => {
                assert_eq!((found.as_str(), suggested.as_deref()), (name, nearest), "{file}");
            }
            other => panic!("{file}: {other}"),
        }
    }
}

#[test]
fn what_cannot_be_used_is_named_with_its_origin() {
    for (file, environment, words) in [
        ("[http]\nworkers = \"many\"\n", &[][..], &["`http.workers`", "shop.toml", "many"][..]),
        ("", &[("BANYAN__HTTP__WORKERS", "many")], &["`http.workers`", "the environment"]),
        ("[http]\nlisten = \"here\"\n", &[], &["`http.listen`", "shop.toml"]),
        ("[data]\ndurability = \"none\"\n", &[], &["`data.durability`", "shop.toml"]),
        ("[modules.order]\nplacement = \"moon\"\n", &[], &["`modules.order", "say `local` or `remote`"]),
        ("[remote]\nbulkhead_calls = 0\n", &[], &["`remote.bulkhead_calls`", "shop.toml", "must be 1 to"]),
        ("[http\n", &[], &["shop.toml"]),
    ] {
        let refusal = refusal(file, environment);
        assert!(words.iter().all(|word| refusal.contains(word)), "{file}: {refusal}");
    }
}

#[test]
fn a_named_file_must_be_there() {
    let nowhere = Path::new("/nowhere/banyan.toml");
    assert!(matches!(load(Some(nowhere), &Environment::default()), Err(SettingsError::NoFile(_))));
    let variable = Environment::of(&[("BANYAN_CONFIG", "/nowhere/banyan.toml")]);
    assert!(matches!(load(None, &variable), Err(SettingsError::NoFile(_))));
}

#[test]
fn secrets_are_never_shown() {
    let file = "[admin]\nkey = \"hunter2\"\n[data]\nurl = \"postgres://shop:hunter2@db/shop\"\n";
    let shown = with_file(file, &[("BANYAN__SERVER__SECRET", "hunter2")]).unwrap().show();
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("url = \"postgres://shop:********@db/shop\"  # from "), "{shown}");
    assert!(shown.contains("secret = \"********\"  # from the environment"), "{shown}");
}

/// What is printed can be used as a file, and names every setting once.
#[test]
fn the_shown_settings_are_the_documented_ones() {
    let shown = with_file("", &[]).unwrap().show();
    let names = |text: &str| -> BTreeSet<String> { with_file(text, &[]).unwrap().effective.into_keys().collect() };
    assert_eq!(names(&shown), names(DEFAULTS));
    assert_eq!(with_file(&shown, &[]).unwrap().show().replace("  # from ", "").lines().count(), shown.lines().count());
}

/// A module's own defaults and the documented ones are the same.
#[test]
fn the_documented_defaults_are_the_modules_own() {
    let modules = with_file("", &[]).unwrap().settings.modules;
    for module in wiring::MODULES {
        let documented = modules.config(module.name()).unwrap();
        assert_eq!(format!("{documented:?}"), format!("{:?}", module.default_config()), "{}", module.name());
    }
}

/// Every setting of the file has a line before it that says what it is for.
#[test]
fn every_setting_is_explained() {
    let mut before = "";
    for line in DEFAULTS.lines() {
        assert!(!line.contains('=') || line.starts_with('#') || before.starts_with('#'), "{line}");
        before = line;
    }
}
