//! The rules for keys from every source.

use anyhow::bail;
use kernel_db::guard;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// Fewer characters can be guessed.
const SHORTEST: usize = 32;

const ADVICE: &str = "`openssl rand -hex 32` makes a good one";

/// `key` without the space around it: a file ends with a line break, and a variable may. `name` is where it stands.
pub(crate) fn usable(name: &str, key: &SecretString) -> anyhow::Result<SecretString> {
    let key = key.expose_secret().trim();
    let letters = key.chars().count();
    if guard::sabotaged("keys.rules") {
        return Ok(key.into());
    }
    if key.chars().any(char::is_control) {
        bail!("the key in {name} has line breaks or control characters inside, which no client can send; {ADVICE}");
    }
    if !key.is_ascii() {
        bail!("the key in {name} has characters beyond ASCII, which clients send in different ways; {ADVICE}");
    }
    if letters < SHORTEST {
        let are = if letters == 1 { "character" } else { "characters" };
        bail!("the key in {name} has {letters} {are} and needs at least {SHORTEST}; {ADVICE}");
    }
    Ok(key.into())
}

/// Keys must differ, so that a leak of one does not expose another.
pub(super) fn differ(keys: &[(&str, &SecretString)]) -> anyhow::Result<()> {
    for (position, (name, key)) in keys.iter().enumerate() {
        for (other_name, other) in keys.iter().skip(position + 1) {
            let (key, other) = (key.expose_secret().trim(), other.expose_secret().trim());
            if !key.is_empty() && bool::from(key.as_bytes().ct_eq(other.as_bytes())) {
                bail!("{name} and {other_name} are the same; give each a key of its own, {ADVICE}");
            }
        }
    }
    Ok(())
}
