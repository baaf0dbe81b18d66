//! The list of the store's modules. All other code of the host iterates it, and names no module.

use crate::registry::{Registered, module};

/// In the order in which their routes are tried: what is read most comes first.
pub static MODULES: &[&dyn Registered] = &[
    module::<catalog::Catalog>(),
    module::<order::Order>(),
    module::<inventory::Inventory>(),
    module::<payment::Payment>(),
];

/// The module called `name`.
pub fn find(name: &str) -> Option<&'static dyn Registered> {
    MODULES.iter().copied().find(|module| module.name() == name)
}

pub fn names() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|module| module.name())
}

/// For messages: `catalog, order, inventory, payment`.
pub fn listed() -> String {
    names().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MODULES, find, names};

    #[test]
    fn every_module_has_a_name_of_its_own_and_needs_modules_that_there_are() {
        let unique: BTreeSet<&str> = names().collect();
        assert_eq!(unique.len(), MODULES.len());
        for module in MODULES {
            let name = module.name();
            for need in module.needs() {
                assert!(find(need).is_some() && *need != name, "{name} needs {need}");
            }
        }
        assert_eq!(MODULES.iter().filter(|module| module.founds_store()).count(), 1, "one module names the store");
    }

    #[test]
    fn tags_ports_and_events_belong_to_one_module_each() {
        let mut seen = BTreeSet::new();
        for module in MODULES {
            let document = module.document();
            let tags = document.tags.iter().map(|(tag, _)| format!("the tag {tag}"));
            let ports = document.ports.iter().map(|port| format!("the port {}", port.descriptor.name));
            for name in tags.chain(ports) {
                assert!(seen.insert(name.clone()), "{name} is offered twice");
            }
            if let Some(events) = document.events {
                assert_eq!(events().source, module.name());
            }
        }
    }
}
