//! A small module, as files. `__name__`, `__Name__` and `__NAME__` stand for its name; a file `X.template` becomes `X`, so
//! that neither cargo nor an editor takes the template for a crate.

use crate::name::Name;

macro_rules! files {
    ($($path:literal,)+) => {
        [$(($path, include_str!(concat!("../template/", $path, ".template"))),)+]
    };
}

const FILES: [(&str, &str); 27] = files![
    "Cargo.toml",
    "README.md",
    "contract/Cargo.toml",
    "contract/src/event.rs",
    "contract/src/lib.rs",
    "contract/src/port.rs",
    "migrations/m0001___name__.sql",
    "src/application.rs",
    "src/application/add.rs",
    "src/application/read.rs",
    "src/check.rs",
    "src/config.rs",
    "src/domain.rs",
    "src/domain/entry.rs",
    "src/error.rs",
    "src/http.rs",
    "src/http/entries.rs",
    "src/http/examples.rs",
    "src/lib.rs",
    "src/module.rs",
    "src/persistence.rs",
    "src/persistence/entity.rs",
    "src/persistence/migrations.rs",
    "src/persistence/query.rs",
    "src/port.rs",
    "src/service.rs",
    "src/tests.rs",
];

/// Every file of the module, by its path in the module's folder.
pub(crate) fn files(name: &Name) -> Vec<(String, String)> {
    FILES.into_iter().map(|(path, text)| (filled(path, name), filled(text, name))).collect()
}

pub(crate) fn filled(text: &str, name: &Name) -> String {
    text.replace("__name__", name.snake()).replace("__Name__", &name.camel()).replace("__NAME__", &name.screaming())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::{FILES, files};
    use crate::name::Name;

    /// A template that is not in the list would be missing in every new module.
    #[test]
    fn every_template_is_written() {
        fn under(folder: &Path, found: &mut BTreeSet<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    under(&path, found);
                } else if let Some(path) = path.to_str().unwrap().strip_suffix(".template") {
                    found.insert(path.split_once("/template/").unwrap().1.to_owned());
                }
            }
        }
        let mut found = BTreeSet::new();
        under(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/template")), &mut found);
        assert_eq!(found, FILES.iter().map(|(path, _)| (*path).to_owned()).collect());
        for (path, text) in files(&Name::parse("trial").unwrap()) {
            assert!(!path.contains("__") && !text.contains("__name__") && !text.contains("__Name__"), "{path}");
        }
    }
}
