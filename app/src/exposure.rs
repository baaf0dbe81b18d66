//! Refuses to listen for other machines with settings that are safe on this machine only, such as a payment provider that takes
//! no money.

use std::net::SocketAddr;

use anyhow::bail;
use kernel_db::guard;
use secrecy::ExposeSecret;

use crate::{config::Settings, placement::Hosting, registry::Registered, wiring};

pub(crate) fn check(settings: &Settings) -> anyhow::Result<()> {
    if guard::sabotaged("exposure") {
        return Ok(());
    }
    let Some((setting, address)) = reachable(settings) else { return Ok(()) };
    let reason = |module: &&dyn Registered| {
        let is_here = Hosting::of(settings, module.name()) != Hosting::Elsewhere;
        module.exposure(settings.modules.config(module.name()).filter(|_| is_here)?)
    };
    match wiring::MODULES.iter().find_map(reason) {
        Some(reason) => bail!("{setting} = {address} can be reached from other machines, and {reason}"),
        None => Ok(()),
    }
}

/// The first listener that other machines reach.
fn reachable(settings: &Settings) -> Option<(&'static str, SocketAddr)> {
    let has_ports = !settings.service.key.expose_secret().is_empty();
    let ports = Some(("ports.listen", settings.ports.listen)).filter(|_| has_ports);
    let listeners = [Some(("http.listen", settings.http.listen)), ports];
    listeners.into_iter().flatten().find(|(_, address)| !address.ip().to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::config::{Environment, load};

    const OFF: (&str, &str) = ("BANYAN__MODULES__PAYMENT__SIMULATED__ENABLED", "false");
    const ALLOWED: (&str, &str) = ("BANYAN__MODULES__PAYMENT__SIMULATED__ALLOW_PUBLIC", "true");
    const KEY: (&str, &str) = ("BANYAN__SERVICE__KEY", "0123456789012345678901234567890123456789");

    fn refusal(environment: &[(&str, &str)], only: Option<&'static str>) -> Option<String> {
        let mut settings = load(None, &Environment::of(environment)).unwrap().settings;
        settings.only = only.map(|module| [module].into());
        check(&settings).err().map(|error| error.to_string())
    }

    #[test]
    fn nothing_is_given_away_unless_the_settings_say_so() {
        for listen in ["0.0.0.0:8080", "[::]:8080", "10.1.2.3:80", "192.168.0.7:8080", "[::ffff:10.0.0.1]:80"] {
            let public = ("BANYAN__HTTP__LISTEN", listen);
            let refused = refusal(&[public], None).unwrap_or_else(|| panic!("{listen} is accepted"));
            for word in ["http.listen", "simulated", "ENABLED=false", "ALLOW_PUBLIC=true", "127.0.0.1"] {
                assert!(refused.contains(word), "no {word} in {refused}");
            }
            assert_eq!(refusal(&[public, OFF], None), None);
            assert_eq!(refusal(&[public, ALLOWED], None), None);
            assert_eq!(refusal(&[public], Some("inventory")), None, "a process without payment takes no orders");
            assert!(refusal(&[public], Some("payment")).is_some());
        }
        for listen in ["127.0.0.1:8080", "[::1]:8080", "127.9.9.9:1", "localhost:8080", "[::ffff:127.0.0.1]:80"] {
            assert_eq!(refusal(&[("BANYAN__HTTP__LISTEN", listen)], None), None, "{listen}");
        }
        let ports = ("BANYAN__PORTS__LISTEN", "0.0.0.0:7080");
        assert!(refusal(&[ports, KEY], None).is_some_and(|words| words.contains("ports.listen")));
        assert_eq!(refusal(&[ports], None), None, "nothing listens there without a key");
    }
}
