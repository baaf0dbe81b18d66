//! Keeps secrets out of what is shown.

const MASK: &str = "********";

/// `value` as it may be shown: secrets not at all, addresses without what is secret in them.
pub(super) fn masked(name: &str, value: &str) -> String {
    let member = name.rsplit('.').next().unwrap_or(name);
    let secret = ["key", "secret", "password", "token"].iter().any(|word| member.ends_with(word));
    match (secret, value) {
        (_, "") => String::new(),
        (true, _) => MASK.to_owned(),
        (false, _) => without_secrets(value),
    }
}

/// `postgres://user:password@host/shop?sslpassword=…` without either password. Where it is not clear what belongs to a
/// password, more is masked than need be.
fn without_secrets(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (credentials, place) = rest.rsplit_once('@').map_or((None, rest), |(before, after)| (Some(before), after));
    let credentials = credentials.map(|credentials| match credentials.split_once(':') {
        Some((user, _)) => format!("{user}:{MASK}@"),
        // A user of a database has a name; elsewhere what stands here alone is a token.
        None if scheme.starts_with("postgres") => format!("{credentials}@"),
        None => format!("{MASK}@"),
    });
    format!("{scheme}://{}{}", credentials.unwrap_or_default(), without_secret_parameters(place))
}

fn without_secret_parameters(place: &str) -> String {
    let Some((path, query)) = place.split_once('?') else { return place.to_owned() };
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() && is_secret(name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", shown.collect::<Vec<_>>().join("&"))
}

/// A name may be written with `%`, which the database's driver undoes.
fn is_secret(name: &str) -> bool {
    let pairs = form_urlencoded::parse(name.as_bytes());
    let name = pairs.map(|(name, _)| name.to_ascii_lowercase()).next().unwrap_or_default();
    ["pass", "pwd", "secret", "token", "key"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn addresses_are_shown_without_their_secrets() {
        for (address, shown) in [
            ("postgres://shop:hunter2@db/shop", "postgres://shop:********@db/shop"),
            ("postgres://shop@db/shop", "postgres://shop@db/shop"),
            ("postgres://db/shop?password=hunter2", "postgres://db/shop?password=********"),
            (
                "postgres://db/shop?user=a&PassWord=hunter2&sslmode=require",
                "postgres://db/shop?user=a&PassWord=********&sslmode=require",
            ),
            (
                "postgres://db/shop?sslmode=require&sslpassword=hunter2",
                "postgres://db/shop?sslmode=require&sslpassword=********",
            ),
            ("postgres://db/shop?p%61ssword=hunter2", "postgres://db/shop?p%61ssword=********"),
            ("postgres://u:pa/ss?hunter2@db/shop", "postgres://u:********@db/shop"),
            ("postgres://u:one@two:hunter2@db/shop?x=1", "postgres://u:********@db/shop?x=1"),
            ("http://hunter2@inventory:7080", "http://********@inventory:7080"),
            ("http://inventory:7080/?token=hunter2", "http://inventory:7080/?token=********"),
            ("http://inventory:7080", "http://inventory:7080"),
            ("plain words", "plain words"),
        ] {
            assert_eq!(masked("modules.order.url", address), shown);
        }
        assert_eq!(masked("admin.key", "hunter2"), "********");
    }
}
