use super::{Hosting, check, only};
use crate::config::{Environment, Settings, load};

fn settings(environment: &[(&str, &str)], named: &[&str]) -> Settings {
    let mut settings = load(None, &Environment::of(environment)).unwrap().settings;
    settings.only = only(&named.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    settings
}

const KEY: (&str, &str) = ("BANYAN__SERVICE__KEY", "0123456789012345678901234567890123456789");
const POSTGRES: (&str, &str) = ("BANYAN__DATA__URL", "postgres://db/shop");
const REMOTE: (&str, &str) = ("BANYAN__MODULES__INVENTORY__PLACEMENT", "remote");
const PORTS: (&str, &str) = ("BANYAN__MODULES__INVENTORY__REMOTE__PORTS", "http://127.0.0.1:7181");

#[test]
fn a_module_is_here_a_guest_or_elsewhere() {
    use Hosting::{Elsewhere, Here, Standby};
    for (environment, named, inventory, order) in [
        (&[][..], &[][..], Here, Here),
        (&[REMOTE], &[], Elsewhere, Here),
        (&[REMOTE, POSTGRES], &[], Standby, Here),
        (&[POSTGRES], &["inventory"], Here, Elsewhere),
        (&[REMOTE, POSTGRES], &["inventory"], Here, Elsewhere),
    ] {
        let settings = settings(environment, named);
        let found = (Hosting::of(&settings, "inventory"), Hosting::of(&settings, "order"));
        assert_eq!(found, (inventory, order), "{environment:?} {named:?}");
    }
}

#[test]
fn what_modules_need_of_each_other_must_be_said() {
    let order = ("BANYAN__MODULES__ORDER__REMOTE__PORTS", "http://127.0.0.1:7080");
    let catalog = ("BANYAN__MODULES__CATALOG__REMOTE__PORTS", "http://127.0.0.1:7080");
    for (environment, named, refusal) in [
        (&[][..], &[][..], None),
        (&[REMOTE], &[], Some("set modules.inventory.remote.ports")),
        (&[REMOTE, PORTS], &[], Some("service.key is not set")),
        (&[REMOTE, PORTS, KEY], &[], None),
        (&[], &["inventory"], Some("service.key is not set")),
        (&[KEY], &["inventory"], Some("inventory cannot do without it: set modules.catalog.remote.ports")),
        (&[KEY, catalog], &["inventory"], Some("set modules.order.remote.ports")),
        (&[KEY, catalog, order], &["inventory"], None),
    ] {
        let said = check(&settings(environment, named)).err().map(|error| error.to_string());
        match (refusal, &said) {
            (None, None) => {}
            (Some(refusal), Some(said)) if said.contains(refusal) => {}
            _ => panic!("{environment:?} {named:?}: {said:?}, not {refusal:?}"),
        }
    }
}

#[test]
fn only_modules_can_be_named() {
    let refused = only(&["stock".to_owned()]).unwrap_err().to_string();
    assert!(refused.contains("`stock`") && refused.contains("inventory"), "{refused}");
}
