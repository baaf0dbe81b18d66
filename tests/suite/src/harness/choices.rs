//! The choices of `one_remote`: which module each story of the suite has in a process of its own, and on which database.

use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
};

use super::{Kind, MODULES, Site, story::CHOICES};

/// The least number of stories that are told with each module alone in a process, on each database.
const STORIES: usize = 5;

/// What the whole suite chooses, asked of this same program: a line for each story.
fn choices() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("choices");
    let mut suite = Command::new(std::env::current_exe().unwrap());
    suite.args(["one_remote", "--quiet"]).env(CHOICES, &file).env_remove("BANYAN_PLACEMENTS");
    // Nothing is told, so a server need not be there.
    suite.env("BANYAN_TEST_POSTGRES", "postgres://nowhere");
    let status = suite.stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{status}");
    let mut lines: Vec<String> = std::fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn every_module_is_often_alone() {
    let choices = choices();
    assert!(choices == self::choices(), "the choices differ from run to run");

    let mut told: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for choice in &choices {
        let [_, module, kind] = choice.split(' ').collect::<Vec<_>>()[..] else { panic!("{choice}") };
        *told.entry((module, kind)).or_default() += 1;
    }
    for module in MODULES {
        for kind in ["Sqlite", "Postgres"] {
            let told = told.get(&(module, kind)).copied().unwrap_or_default();
            assert!(told >= STORIES, "{module} is alone on {kind} in {told} stories, and {STORIES} are needed");
        }
    }
}

#[test]
fn a_choice_is_made_by_the_name_alone() {
    let table = [
        ("suite::stories::buying::an_order_is_placed_and_paid", "payment", Kind::Postgres),
        ("suite::stories::carts::a_cart_is_checked_out_once", "inventory", Kind::Postgres),
        ("suite::stories::stock::holds_are_shown", "inventory", Kind::Sqlite),
    ];
    for (name, module, kind) in table {
        for modules in [["catalog", "inventory", "order", "payment"], ["payment", "order", "inventory", "catalog"]] {
            let chosen = Site::chosen(name, &modules);
            assert_eq!((chosen.placement.word(), chosen.kind), (module, kind), "{name}");
        }
    }
}
