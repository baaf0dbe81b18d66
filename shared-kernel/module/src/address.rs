//! Network addresses as people write them.

use std::net::{SocketAddr, ToSocketAddrs};

/// Where a server listens: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`. A name of both families means its IPv4
/// address, which every client tries.
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let unusable =
        |why: &str| format!("`{text}` is no address to listen at{why}: say 127.0.0.1:8080 or localhost:8080");
    if text.contains("://") {
        return Err(unusable(", but a URL"));
    }
    let found: Vec<SocketAddr> = text.to_socket_addrs().map_err(|_| unusable(""))?.collect();
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| unusable(" on this machine"))
}

/// The URL of a server: as it stands, or with the `http://` that people leave out of `localhost:8080`. A host without a
/// port may be a slip. It is left as it stands, and the client that connects refuses it.
pub fn url(text: &str) -> String {
    let text = text.trim();
    let authority = text.split('/').next().unwrap_or_default();
    let names_port =
        authority.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if names_port { format!("http://{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{listen, url};

    #[test]
    fn addresses_to_listen_at() {
        for (text, address) in [
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            (" 0.0.0.0:80 ", "0.0.0.0:80"),
            ("[::1]:8080", "[::1]:8080"),
            ("localhost:8080", "127.0.0.1:8080"),
        ] {
            assert_eq!(listen(text).map(|address| address.to_string()), Ok(address.to_owned()), "{text}");
        }
        for wrong in ["here", "", "localhost", "127.0.0.1", "http://localhost:8080", "localhost:99999"] {
            assert!(listen(wrong).is_err_and(|words| words.contains("localhost:8080")), "{wrong}");
        }
    }

    #[test]
    fn urls_without_a_scheme() {
        for (text, expected) in [
            ("localhost:8080", "http://localhost:8080"),
            ("127.0.0.1:8181/shop", "http://127.0.0.1:8181/shop"),
            ("https://shop.example", "https://shop.example"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("7181", "7181"),
            ("ftp://shop", "ftp://shop"),
            ("http://localhost", "http://localhost"),
            ("", ""),
        ] {
            assert_eq!(url(text), expected);
        }
    }
}
