//! People who buy one thing after the other while something happens to the shop.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::Value;
use tokio::time::Instant;

use super::{Answer, Api, fresh_name};

/// People look before they buy again.
const PAUSE: Duration = Duration::from_millis(25);

/// An order that was sent.
#[derive(Debug)]
pub(crate) struct Sale {
    pub(crate) key: String,
    pub(crate) body: Value,
    /// What came back, or why nothing did.
    pub(crate) answer: Result<Answer, String>,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
}

impl Sale {
    pub(crate) fn took(&self) -> Duration {
        self.ended - self.began
    }

    /// Whether the buyer waited at some time between `began` and `ended`.
    pub(crate) fn waited_in(&self, (began, ended): (Instant, Instant)) -> bool {
        self.began <= ended && began <= self.ended
    }
}

/// Lets `clients` buy two of `sku` each at one of `shops` until `event` is over, and says what became of their orders.
pub(crate) async fn while_people_buy<T>(
    (shops, clients): (&[&Api], usize),
    sku: &str,
    event: impl Future<Output = T>,
) -> (T, Vec<Sale>) {
    let over = AtomicBool::new(false);
    let buyers = (0..clients).map(|client| buys(shops[client % shops.len()], sku, &over));
    let event = async {
        let happened = event.await;
        over.store(true, Relaxed);
        happened
    };
    let (happened, sales) = tokio::join!(event, join_all(buyers));
    (happened, sales.into_iter().flatten().collect())
}

async fn buys(shop: &Api, sku: &str, over: &AtomicBool) -> Vec<Sale> {
    let mut sales = Vec::new();
    while !over.load(Relaxed) {
        let key = fresh_name();
        let body = shop.guest(&key).wants(&[(sku, 2)], "tok_approve");
        let began = Instant::now();
        let ask = shop.ask(Method::POST, "/api/v1/orders").key(&key).json(&body);
        let answer = ask.try_send().await.map_err(|error| format!("{error:?}"));
        sales.push(Sale { key, body, answer, began, ended: Instant::now() });
        tokio::time::sleep(PAUSE).await;
    }
    sales
}

/// The longest of some times, in milliseconds.
pub(crate) fn longest(times: impl Iterator<Item = Duration>) -> u128 {
    times.max().unwrap_or_default().as_millis()
}
