//! Refuses to give goods away: the simulated provider approves orders and takes no money, so a store that strangers can
//! reach runs with it only when its settings say so.

use std::net::SocketAddr;

use anyhow::bail;
use kernel_db::guard;
use secrecy::ExposeSecret;

use crate::{
    config::Settings,
    placement::{MODULES, Residence},
};

pub(crate) fn check(settings: &Settings) -> anyhow::Result<()> {
    let simulated = &settings.modules.payment.config.simulated;
    let is_here = MODULES.contains(&"payment") && Residence::of(settings, "payment") != Residence::Elsewhere;
    if !is_here || !simulated.enabled || simulated.allow_public || guard::sabotaged("exposure") {
        return Ok(());
    }
    let Some((setting, address)) = reachable(settings) else { return Ok(()) };
    bail!(
        "{setting} = {address} can be reached from other machines, and the simulated payment provider is on: it approves \
         orders and takes no money. Turn it off (BANYAN__MODULES__PAYMENT__SIMULATED__ENABLED=false), or listen at \
         127.0.0.1; for a demonstration that gives goods away say BANYAN__MODULES__PAYMENT__SIMULATED__ALLOW_PUBLIC=true"
    )
}

/// The first listener on which others can pay.
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
