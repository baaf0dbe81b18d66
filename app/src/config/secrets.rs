//! Keeps secrets out of what is shown.

/// `value` as it may be shown: secrets not at all, addresses without their password.
pub(super) fn masked(name: &str, value: &str) -> String {
    let member = name.rsplit('.').next().unwrap_or(name);
    let secret = ["key", "secret", "password", "token"].iter().any(|word| member.ends_with(word));
    match (secret, value) {
        (_, "") => String::new(),
        (true, _) => "********".to_owned(),
        (false, _) => without_password(value),
    }
}

/// `postgres://user:password@host` without the password.
fn without_password(address: &str) -> String {
    let masked = address.split_once("://").and_then(|(scheme, rest)| {
        let (credentials, place) = rest.rsplit_once('@')?;
        let (user, _) = credentials.split_once(':')?;
        Some(format!("{scheme}://{user}:********@{place}"))
    });
    masked.unwrap_or_else(|| address.to_owned())
}
