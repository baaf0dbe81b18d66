//! Tells two processes whether they have the same secret, without showing it.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::{config::Service, keys::Keys};

/// How many bytes of a code are shown: enough to tell secrets apart.
const SHOWN: usize = 8;

/// What is compared, and what an operator is told about it.
const COMPARED: [(&str, &str); 2] = [
    (
        "admin",
        "the two processes have different admin keys, so that who is let in here is refused there: give both the same \
         admin.key (copy admin.key from one data folder into the other, or set BANYAN__ADMIN__KEY for both) and start \
         the other process again",
    ),
    (
        "server",
        "the two processes have different server secrets, so that order tokens and webhooks of one are refused by the \
         other: give both the same server.secret (copy server.key from one data folder into the other, or set \
         BANYAN__SERVER__SECRET for both) and start the other process again",
    ),
];

/// One code of each secret for each service key that the process accepts: while keys are being changed, two processes
/// have one of them in common. None without a service key, because there is no other process to compare with.
pub(crate) fn of(keys: &Keys, service: &Service) -> BTreeMap<String, Vec<String>> {
    let accepted: Vec<&SecretString> =
        [&service.key, &service.previous_key].into_iter().filter(|key| !key.expose_secret().is_empty()).collect();
    if accepted.is_empty() {
        return BTreeMap::new();
    }
    let all = [("admin", &keys.admin), ("server", &keys.server)];
    all.into_iter()
        .map(|(name, secret)| (name.to_owned(), accepted.iter().map(|key| code(key, name, secret)).collect()))
        .collect()
}

/// What is said when a secret differs; `None` when all that both sides have are the same.
pub(crate) fn difference(
    ours: &BTreeMap<String, Vec<String>>,
    theirs: &BTreeMap<String, Vec<String>>,
) -> Option<String> {
    let differs = |name: &str| match (ours.get(name), theirs.get(name)) {
        (Some(ours), Some(theirs)) => !ours.iter().any(|code| theirs.contains(code)),
        _ => false,
    };
    let said: Vec<&str> = COMPARED.into_iter().filter(|(name, _)| differs(name)).map(|(_, words)| words).collect();
    (!said.is_empty()).then(|| said.join("; and "))
}

fn code(key: &SecretString, name: &str, secret: &SecretString) -> String {
    // HMAC takes a key of any length, so there is always a code.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key.expose_secret().trim().as_bytes()) else { return String::new() };
    let code = mac.chain_update(format!("fingerprint:{name}:")).chain_update(secret.expose_secret().trim());
    URL_SAFE_NO_PAD.encode(code.finalize().into_bytes().get(..SHOWN).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{difference, of};
    use crate::{
        config::{Environment, load},
        keys::Keys,
    };

    fn codes(admin: &str, key: &str, previous: &str) -> super::BTreeMap<String, Vec<String>> {
        let words = [("BANYAN__SERVICE__KEY", key), ("BANYAN__SERVICE__PREVIOUS_KEY", previous)];
        let settings = load(None, &Environment::of(&words)).unwrap().settings;
        of(&Keys { admin: admin.into(), server: "server".into(), made: Vec::new() }, &settings.service)
    }

    #[test]
    fn equal_secrets_are_told_from_others_also_while_service_keys_change() {
        let ours = codes("one", "old", "");
        assert_eq!(difference(&ours, &codes("one", "old", "")), None);
        assert_eq!(difference(&ours, &codes("one", "new", "old")), None, "the other side has the new key already");
        assert_eq!(difference(&ours, &super::BTreeMap::default()), None, "a service that is not ours says nothing");
        let said = difference(&ours, &codes("two", "old", "")).unwrap();
        assert!(said.contains("admin keys") && !said.contains("server secret"), "{said}");
        assert!(!format!("{ours:?}").contains("one"));
        assert!(codes("one", "", "").is_empty());
    }
}
