//! Requests that a server refuses, each with the problem that says why.

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

use crate::harness::{pairs, publish_more, serve};

const TOKEN: &str = "Bearer for-clock";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_bad_request_has_its_problem() {
    let cases = [
        ("/feeds/clock?after=-1", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?after=x", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?after=9223372036854775808", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?after=1&after=2", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?after_id=17", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?limit=0", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?limit=501", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?wait_ms=30001", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?wait_ms=-1", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?consumer=", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?consumer=a%27b", TOKEN, 400, "bad-parameter"),
        ("/feeds/clock?offset=3", TOKEN, 400, "unknown-parameter"),
        ("/feeds/clock", "", 401, "unauthenticated"),
        ("/feeds/clock", "Bearer for-order", 401, "unauthenticated"),
        ("/feeds/clock?limit=0", "Bearer wrong", 401, "unauthenticated"),
        ("/feeds/order", TOKEN, 401, "unauthenticated"),
        ("/feeds/order", "Bearer for-order", 404, "unknown-feed"),
        ("/feeds/clock?after=9223372036854775807", TOKEN, 409, "feed-went-back"),
        ("/feeds/clock?after=3&after_id=01939d2e-0000-7000-8000-000000000000", TOKEN, 409, "feed-went-back"),
    ];
    for pair in pairs().await {
        publish_more(&pair.clock.db, 1, 3).await;
        let served = serve(&pair.clock).await;
        for (path, token, status, code) in cases {
            let request = Client::new().get(format!("{}{path}", served.url)).header("authorization", token);
            let answer = request.send().await.unwrap();
            let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
            let told = (answer.status().as_u16(), kind.as_str());
            let problem: Value = answer.json().await.unwrap();
            assert_eq!((told, problem["code"].as_str()), ((status, "application/problem+json"), Some(code)), "{path}");
        }
        served.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_request_is_answered_in_full() {
    for pair in pairs().await {
        publish_more(&pair.clock.db, 1, 7).await;
        let served = serve(&pair.clock).await;
        let url = format!("{}/feeds/clock?after=2&limit=3", served.url);
        let answer = Client::new().get(&url).header("authorization", TOKEN).send().await.unwrap();
        let page: Value = answer.json().await.unwrap();
        let positions: Vec<_> = page["events"].as_array().unwrap().iter().map(|event| &event["position"]).collect();
        assert_eq!((&page["source"], &page["head"], positions.len()), (&"clock".into(), &7.into(), 3));
        assert_eq!(positions, [3, 4, 5]);
        assert_eq!(page["events"][0]["type"], "clock.ticked.v1");
        assert_eq!(page["events"][0]["data"]["n"], 3);

        let posted = Client::new().request(Method::POST, &url).header("authorization", TOKEN).send().await.unwrap();
        assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(posted.headers()["allow"], "GET, HEAD");
        served.stop().await;
    }
}
