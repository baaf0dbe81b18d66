//! Where a request comes from, and whose word is taken for it.

use std::net::IpAddr;

use actix_web::{HttpMessage, test::TestRequest, web};

use super::ask_route;
use crate::{ClientAddress, Context, Json, Networks, Origin, ProxyHeader, TrustedProxies};

const PROXIES: &str = "10.0.0.0/8, 192.0.2.1, 2001:db8:1::/48";

/// The client of a request from `peer` with `headers`.
fn client(how: ProxyHeader, peer: &str, headers: &[(&str, &str)]) -> String {
    let mut request = TestRequest::get().peer_addr(std::net::SocketAddr::new(peer.parse().unwrap(), 4711));
    for header in headers {
        request = request.append_header(*header);
    }
    let request = request.to_http_request();
    let proxies = TrustedProxies::new(Networks::parse(PROXIES).unwrap(), how);
    Origin::outside(request.peer_addr(), request.headers(), &proxies).address.to_string()
}

#[test]
fn hops_are_read_from_the_right_past_trusted_proxies() {
    let (forwarded, xff) = ("Forwarded", "X-Forwarded-For");
    for (peer, headers, expected) in [
        // A stranger is known by its own address, whatever it says.
        ("203.0.113.9", vec![(xff, "198.51.100.1")], "203.0.113.9"),
        ("203.0.113.9", vec![(forwarded, "for=198.51.100.1")], "203.0.113.9"),
        ("127.0.0.1", vec![(xff, "198.51.100.1")], "127.0.0.1"),
        ("10.1.2.3", vec![], "10.1.2.3"),
        ("10.1.2.3", vec![(xff, "198.51.100.1")], "198.51.100.1"),
        ("::ffff:10.1.2.3", vec![(xff, "198.51.100.1:5501")], "198.51.100.1"),
        // What stands left of the first stranger is the stranger's own text.
        ("10.1.2.3", vec![(xff, "1.2.3.4, 198.51.100.1, 10.9.9.9")], "198.51.100.1"),
        ("10.1.2.3", vec![(xff, "1.2.3.4"), (xff, "198.51.100.1, 192.0.2.1")], "198.51.100.1"),
        ("10.1.2.3", vec![(xff, "10.0.0.1, 10.0.0.2")], "10.0.0.1"),
        // What is no address ends the walk at the proxy that wrote it.
        ("10.1.2.3", vec![(xff, "1.2.3.4, unknown, 10.9.9.9")], "10.9.9.9"),
        ("10.1.2.3", vec![(xff, "")], "10.1.2.3"),
        ("10.1.2.3", vec![(forwarded, "for=_hidden")], "10.1.2.3"),
        ("10.1.2.3", vec![(forwarded, "for=198.51.100.1;proto=https, for=\"10.9.9.9:80\"")], "198.51.100.1"),
        ("2001:db8:1::5", vec![(forwarded, "By=x; For=\"[2001:db8:77::7]:4711\"")], "2001:db8:77::7"),
        ("10.1.2.3", vec![(forwarded, "for=\"1.2.3.4, for=5.6.7.8\"")], "10.1.2.3"),
        // Two headers that contradict each other: one of them is the client's own.
        ("10.1.2.3", vec![(forwarded, "for=1.1.1.1"), (xff, "198.51.100.1")], "10.1.2.3"),
        ("10.1.2.3", vec![(forwarded, "for=198.51.100.1"), (xff, "198.51.100.1")], "198.51.100.1"),
    ] {
        assert_eq!(client(ProxyHeader::Any, peer, &headers), expected, "{peer} {headers:?}");
    }
    let both = [(forwarded, "for=1.1.1.1"), (xff, "198.51.100.1")];
    assert_eq!(client(ProxyHeader::XForwardedFor, "10.1.2.3", &both), "198.51.100.1");
    assert_eq!(client(ProxyHeader::Forwarded, "10.1.2.3", &both), "1.1.1.1");
}

#[test]
fn lists_of_networks() {
    assert!(Networks::parse(" ").unwrap().is_empty());
    let some = Networks::parse("10.0.0.0/8,::1").unwrap();
    for (address, is_in) in [("10.255.0.1", true), ("::ffff:10.0.0.1", true), ("::1", true), ("11.0.0.1", false)] {
        assert_eq!(some.contains(address.parse().unwrap()), is_in, "{address}");
    }
    for wrong in ["10.0.0.0/33", "localhost", "10.0.0"] {
        assert!(Networks::parse(wrong).unwrap_err().to_string().contains(wrong));
    }
}

#[test]
fn an_ipv6_network_is_one_client() {
    let network = |text: &str| ClientAddress(text.parse().unwrap()).network().to_string();
    assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_eq!(network("192.0.2.7"), "192.0.2.7");
    assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
}

#[actix_web::test]
async fn a_trace_is_taken_from_our_own_processes_only() {
    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let seen = async |is_forwarded: Option<bool>| {
        let route = web::get().to(async |Context(context): Context, ClientAddress(address): ClientAddress| {
            Json((context.traceparent, address))
        });
        let route = route.wrap(actix_web::middleware::from_fn(move |request, next| async move {
            let request: actix_web::dev::ServiceRequest = request;
            if let Some(is_forwarded) = is_forwarded {
                let address: IpAddr = "198.51.100.1".parse().unwrap();
                request.extensions_mut().insert(Origin { address, is_forwarded });
            }
            actix_web::middleware::Next::call(&next, request).await
        }));
        ask_route(TestRequest::get().insert_header(("traceparent", TRACE)), route).await.json()
    };
    assert_eq!(seen(Some(true)).await, serde_json::json!([TRACE, "198.51.100.1"]));
    for stranger in [seen(Some(false)).await, seen(None).await] {
        let own = stranger[0].as_str().unwrap();
        assert!(!own.contains(&TRACE[3..35]) && own.starts_with("00-") && own.ends_with("-00"), "{own}");
        assert_eq!(own.len(), TRACE.len(), "{own}");
    }
}
