//! Wrong credentials: written down without the credential, slowed, and then 429.

use reqwest::Method;

use crate::harness::{
    ADMIN_KEY, Kind, Place, Placement, Program, Sabotage, Shop, Site, Words, alone, eventually, run, together, words,
};

const HERE: Site = Site { kind: Kind::Sqlite, placement: Placement::Local };

fn strict() -> Words {
    words([
        ("BANYAN__LIMITS__FAILURES_PER_MINUTE", "5".to_owned()),
        ("BANYAN__LIMITS__FAILURE_DELAY_MS", "1".to_owned()),
    ])
}

/// What the admin's operations say to guess after guess.
async fn guesses(shop: &Shop, times: usize) -> Vec<u16> {
    let mut said = Vec::new();
    for guess in 0..times {
        let ask = shop.ask(Method::GET, "/api/v1/admin/stock").bearer(&format!("guess-{guess}"));
        said.push(ask.send().await.status);
    }
    said
}

async fn a_guesser_is_stopped(shop: &Shop) {
    shop.admin().stocks("cup", 5, 100).await;
    let order = shop.guest("ada").has_bought(&[("cup", 1)]).await;
    assert_eq!(guesses(shop, 8).await, [401, 401, 401, 401, 401, 429, 429, 429]);
    let refused = shop.ask(Method::GET, "/api/v1/admin/stock").bearer("guess").send().await;
    let refused = refused.expect_problem(429, "rate-limited");
    assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{refused}");
    // The admin is at the same address, and so is the buyer.
    shop.admin().get("/admin/stock").await.expect_status(200);
    shop.guest("ada").reads(&order).await.expect_status(200);
    // A client at that address that guesses order tokens or forges webhooks is refused as well.
    let wrong = shop.ask(Method::GET, &format!("/api/v1/orders/{}", order.id)).order_token("wrong").send().await;
    wrong.expect_problem(429, "rate-limited");
    let forged = shop.ask(Method::POST, "/api/v1/webhooks/payments/simulated");
    let forged =
        forged.header("webhook-id", "one").header("webhook-timestamp", "1").header("webhook-signature", "v1,AA==");
    forged.body("application/json", "{}").send().await.expect_problem(429, "rate-limited");
    // No credential is no guess.
    shop.get("/api/v1/admin/stock").await.expect_problem(401, "unauthenticated");
    shop.get(&format!("/api/v1/orders/{}", order.id)).await.expect_problem(404, "not-found");
}

#[test]
fn wrong_credentials_are_counted_by_address() {
    let _turn = together();
    run(async {
        let shop = Shop::open_as(HERE, &strict()).await;
        a_guesser_is_stopped(&shop).await;
        shop.close().await;
    });
}

#[test]
fn control_without_the_count_a_guesser_goes_on() {
    let _turn = alone();
    run(async {
        let shop = Shop::open_as(HERE, &strict()).await;
        let missing = Sabotage::of("edge.failures");
        assert!(guesses(&shop, 12).await.iter().all(|status| *status == 401), "the test would notice");
        drop(missing);
        shop.close().await;
    });
}

/// Each further wrong credential is answered later, so that only the client that guesses waits.
#[test]
fn guesses_are_slowed() {
    let _turn = together();
    run(async {
        let mut settings = strict();
        settings.extend(words([("BANYAN__LIMITS__FAILURE_DELAY_MS", "40".to_owned())]));
        let shop = Shop::open_as(HERE, &settings).await;
        let began = tokio::time::Instant::now();
        guesses(&shop, 5).await;
        // 0, 80, 160, 240 and 320 ms.
        assert!(began.elapsed().as_millis() >= 800, "{:?}", began.elapsed());
        shop.close().await;
    });
}

/// The lines of a log that tell of refused credentials.
fn lines(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.contains("a credential was refused")).collect()
}

#[test]
fn refusals_are_written_down_and_credentials_are_not() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        program.set("BANYAN__LIMITS__FAILURES_PER_MINUTE", "30");
        program.set("BANYAN__LIMITS__FAILURE_DELAY_MS", "0");
        let store = program.serves().await;
        store.admin().stocks("cup", 5, 100).await;
        let order = store.guest("ada").has_bought(&[("cup", 1)]).await;
        for _ in 0..50 {
            store.ask(Method::GET, "/api/v1/admin/stock").bearer("s3cret-guess").send().await;
        }
        let named = |ask: crate::harness::Ask, name: &str| ask.header("X-Request-Id", name);
        let read = store.ask(Method::GET, &format!("/api/v1/orders/{}", order.id)).order_token("t0ken-guess");
        named(read, "the-order-guess").send().await;
        let forged = store.ask(Method::POST, "/api/v1/webhooks/payments/simulated").header("webhook-id", "one");
        let forged = forged.header("webhook-timestamp", "1").header("webhook-signature", "v1,f0rged==");
        named(forged, "the-forgery").body("application/json", "{}").send().await;
        eventually("each kind of refusal has a line", async || (lines(&store.log()).len() >= 3).then_some(())).await;
        let log = store.log();
        let first = lines(&log);
        assert_eq!(first.len(), 3, "fifty guesses are one line: {first:#?}");
        for words in [
            ["admin key", "127.0.0.1", "unauthenticated"],
            ["order token", "the-order-guess", "not-found"],
            ["webhook signature", "the-forgery", "webhook-untrusted"],
        ] {
            let is_told = |line: &&str| words.iter().all(|word| line.contains(word)) && line.contains("WARN");
            assert!(first.iter().any(is_told), "{words:?} in {first:#?}");
        }
        store.stops().await;
        let log = std::fs::read_to_string(program.folder().join("log")).unwrap();
        assert!(lines(&log).iter().any(|line| line.contains("again") && line.contains("49")), "{log}");
        for credential in ["s3cret-guess", "t0ken-guess", "f0rged", ADMIN_KEY] {
            assert!(!log.contains(credential), "{credential} in the log");
        }
    });
}

#[test]
fn control_without_the_note_nothing_is_written_down() {
    let _turn = alone();
    run(async {
        let shop = Shop::open_as(HERE, &strict()).await;
        let missing = Sabotage::of("edge.refusals");
        assert_eq!(shop.store().refusals_noted(), 0);
        guesses(&shop, 3).await;
        assert_eq!(shop.store().refusals_noted(), 0, "the test would notice");
        drop(missing);
        guesses(&shop, 3).await;
        assert_eq!(shop.store().refusals_noted(), 1, "one client, one line");
        shop.close().await;
    });
}
