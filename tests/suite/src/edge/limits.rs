//! How often one client may ask.

use futures_util::future::join_all;
use reqwest::Method;

use crate::harness::{Answer, Kind, Placement, Sabotage, Shop, Site, Words, alone, run, together, words};

const HERE: Site = Site { kind: Kind::Sqlite, placement: Placement::Local };

/// Settings that limit this machine too, to the given number of requests of each class in a minute.
fn strict(classes: &[(&str, u32)]) -> Words {
    let mut words = words([("BANYAN__LIMITS__EXEMPT", String::new())]);
    let limit = |(class, most): &(&str, u32)| (format!("BANYAN__LIMITS__{class}_PER_MINUTE"), most.to_string());
    words.extend(classes.iter().map(limit));
    words
}

async fn asks(shop: &Shop, method: &Method, path: &str, times: usize) -> Vec<Answer> {
    let mut answers = Vec::new();
    for _ in 0..times {
        answers.push(shop.ask(method.clone(), path).send().await);
    }
    answers
}

/// The number behind `;name=` in a structured field.
fn parameter(field: &str, name: &str) -> u32 {
    let rest = field.split(&format!(";{name}=")).nth(1).unwrap_or_else(|| panic!("no {name} in {field}"));
    rest.split(';').next().unwrap().parse().unwrap()
}

fn is_refused(answer: &Answer, policy: &str, most: u32) {
    let refused = answer.clone().expect_problem(429, "rate-limited");
    let seconds: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{refused}");
    assert_eq!(refused.header("ratelimit-policy"), Some(format!("\"{policy}\";q={most};w=60").as_str()));
    let field = refused.header("ratelimit").unwrap();
    assert!(field.starts_with(&format!("\"{policy}\";r=0;t=")), "{field}");
    assert_eq!(parameter(field, "t"), seconds);
    assert_eq!((refused.text("/policy").as_str(), refused.number("/limit_per_minute")), (policy, i64::from(most)));
}

async fn a_bucket_runs_dry(shop: &Shop) {
    let (post, get) = (Method::POST, Method::GET);
    let carts = asks(shop, &post, "/api/v1/carts", 6).await;
    for (number, cart) in (1..).zip(&carts[..5]) {
        assert_eq!(cart.status, 201, "{cart}");
        let field = cart.header("ratelimit").unwrap();
        assert!(field.starts_with("\"cart\";") && parameter(field, "r") <= 5 - number, "{field}");
        assert_eq!(cart.header("ratelimit-policy"), Some("\"cart\";q=5;w=60"));
    }
    is_refused(&carts[5], "cart", 5);
    let searches = asks(shop, &get, "/api/v1/products?query=cup", 3).await;
    assert_eq!([searches[0].status, searches[1].status], [200, 200]);
    is_refused(&searches[2], "search", 2);
    let orders = asks(shop, &post, "/api/v1/orders", 3).await;
    assert_eq!([orders[0].status, orders[1].status], [400, 400], "an order without a key");
    is_refused(&orders[2], "order", 2);
    // What else the client does has buckets of its own, and the admin has another.
    shop.get("/api/v1/products").await.expect_status(200);
    shop.admin().ask(post, "/carts").send().await.expect_status(201);
}

#[test]
fn each_class_of_operations_has_a_bucket() {
    let _turn = together();
    run(async {
        let shop = Shop::open_as(HERE, &strict(&[("CART", 5), ("SEARCH", 2), ("ORDER", 2)])).await;
        a_bucket_runs_dry(&shop).await;
        shop.close().await;
    });
}

#[test]
fn control_without_limits_nothing_is_refused() {
    let _turn = alone();
    run(async {
        let shop = Shop::open_as(HERE, &strict(&[("CART", 5)])).await;
        let missing = Sabotage::of("edge.limits");
        let carts = asks(&shop, &Method::POST, "/api/v1/carts", 12).await;
        assert!(carts.iter().all(|cart| cart.status == 201), "the test would notice");
        drop(missing);
        shop.close().await;
    });
}

/// Answers to many different searches that are sent at once.
async fn searches_at_once(shop: &Shop) -> Vec<u16> {
    let search = |number: usize| {
        let ask = shop.ask(Method::GET, &format!("/api/v1/products?query=word{number}"));
        async move { ask.send().await.status }
    };
    join_all((0..200).map(search)).await
}

/// One client does not take every turn to search.
#[test]
fn one_client_has_so_many_searches_at_once() {
    let _turn = together();
    run(async {
        let mut settings = strict(&[("SEARCH", 100_000)]);
        settings.extend(words([("BANYAN__LIMITS__SEARCHES_AT_ONCE", "1".to_owned())]));
        let shop = Shop::open_as(HERE, &settings).await;
        let statuses = searches_at_once(&shop).await;
        let refused = statuses.iter().filter(|status| **status == 429).count();
        assert!(refused > 0 && statuses.contains(&200), "{statuses:?}");
        shop.get("/api/v1/products?query=later").await.expect_status(200);
        shop.close().await;
    });
}

#[test]
fn control_without_turns_one_client_searches_as_it_likes() {
    let _turn = alone();
    run(async {
        let mut settings = strict(&[("SEARCH", 100_000)]);
        settings.extend(words([("BANYAN__LIMITS__SEARCHES_AT_ONCE", "1".to_owned())]));
        settings.extend(words([("BANYAN__MODULES__CATALOG__SEARCHES_WAITING", "1000".to_owned())]));
        let shop = Shop::open_as(HERE, &settings).await;
        let missing = Sabotage::of("edge.turns");
        let statuses = searches_at_once(&shop).await;
        assert!(statuses.iter().all(|status| *status == 200), "the test would notice: {statuses:?}");
        drop(missing);
        shop.close().await;
    });
}

/// An orchestrator's health checks are answered even when all other requests are refused.
#[test]
fn health_is_never_limited() {
    let _turn = together();
    run(async {
        let shop = Shop::open_as(HERE, &strict(&[("READ", 3), ("TOTAL", 5)])).await;
        for answer in asks(&shop, &Method::GET, "/health/live", 20).await {
            assert_eq!((answer.status, answer.header("ratelimit")), (200, None));
        }
        for answer in asks(&shop, &Method::GET, "/health/ready", 20).await {
            assert_eq!(answer.status, 200);
        }
        let reads = asks(&shop, &Method::GET, "/api/v1/products", 4).await;
        is_refused(&reads[3], "read", 3);
        // Two are left for all; a client that was refused took none of them.
        let carts = asks(&shop, &Method::POST, "/api/v1/carts", 3).await;
        assert_eq!([carts[0].status, carts[1].status], [201, 201], "{:?}", carts[1]);
        is_refused(&carts[2], "all", 5);
        assert_eq!(shop.get("/health/live").await.status, 200);
        shop.close().await;
    });
}

/// By default programs on this machine are not limited, and what comes through a trusted proxy is its client's.
#[test]
fn a_client_is_who_a_trusted_proxy_says() {
    let _turn = together();
    run(async {
        let mut settings = words([
            ("BANYAN__LIMITS__CART_PER_MINUTE", "2".to_owned()),
            ("BANYAN__HTTP__TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ]);
        let shop = Shop::open_as(HERE, &settings).await;
        let cart_of = async |client: &str| {
            let ask = shop.ask(Method::POST, "/api/v1/carts").header("X-Forwarded-For", client);
            ask.send().await.status
        };
        for _ in 0..4 {
            shop.ask(Method::POST, "/api/v1/carts").send().await.expect_status(201);
        }
        let one = [cart_of("198.51.100.1").await, cart_of("198.51.100.1").await, cart_of("198.51.100.1").await];
        assert_eq!(one, [201, 201, 429]);
        assert_eq!(cart_of("9.9.9.9, 198.51.100.1").await, 429, "the client's own text makes it no other");
        assert_eq!(cart_of("198.51.100.2").await, 201);
        let of_a_network = [cart_of("2001:db8::1").await, cart_of("2001:db8::2").await, cart_of("2001:db8::3").await];
        assert_eq!(of_a_network, [201, 201, 429], "an IPv6 network is one client");
        shop.close().await;

        settings.retain(|(name, _)| !name.contains("PROXIES"));
        settings.extend(strict(&[]));
        let shop = Shop::open_as(HERE, &settings).await;
        let cart_of = async |client: &str| {
            let ask = shop.ask(Method::POST, "/api/v1/carts").header("X-Forwarded-For", client);
            ask.header("Forwarded", &format!("for={client}")).send().await.status
        };
        let claims = [cart_of("198.51.100.1").await, cart_of("198.51.100.2").await, cart_of("198.51.100.3").await];
        assert_eq!(claims, [201, 201, 429], "no other header is believed");
        shop.close().await;
    });
}
