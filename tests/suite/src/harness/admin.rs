//! A client with the admin key.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ADMIN_KEY, Answer, Api, Ask, Order, eventually, fresh_key, guest};

/// The shopkeeper.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    api: Api,
}

/// The parts of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) on_hand: i64,
    pub(crate) held: i64,
    pub(crate) committed: i64,
    pub(crate) available: i64,
}

impl Admin {
    pub(crate) const fn new(api: Api) -> Self {
        Self { api }
    }

    /// `path` is below `/api/v1`.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        self.api.ask(method, &format!("/api/v1{path}")).bearer(ADMIN_KEY)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path).json(body).send().await
    }

    /// Puts a product with one SKU on sale, and waits until its stock has arrived.
    pub(crate) async fn stocks(&self, sku: &str, units: i64, pence: i64) {
        self.stocks_all(&[(sku, units, pence)]).await;
    }

    /// The same for several, each `(sku, units, pence)`.
    pub(crate) async fn stocks_all(&self, goods: &[(&str, i64, i64)]) {
        let row = |&(sku, units, pence): &(&str, i64, i64)| {
            format!("{sku},{sku},{}.{:02},GBP,,,{units}\n", pence / 100, pence % 100)
        };
        let rows: String = goods.iter().map(row).collect();
        let report = self.imports(&format!("sku,title,price,currency,description,category,stock\n{rows}")).await;
        assert_eq!(report.expect_status(200).number("/created"), i64::try_from(goods.len()).unwrap());
        for (sku, units, _) in goods {
            eventually(&format!("{sku} has its opening stock"), async || {
                let level = self.get(&format!("/admin/stock/{sku}")).await;
                (level.status == 200 && level.number("/on_hand") == *units).then_some(())
            })
            .await;
        }
    }

    pub(crate) async fn imports(&self, sheet: &str) -> Answer {
        self.imports_as("text/csv", sheet.to_owned()).await
    }

    pub(crate) async fn imports_as(&self, content_type: &str, sheet: impl Into<reqwest::Body>) -> Answer {
        self.ask(Method::POST, "/admin/products/import").body(content_type, sheet).send().await
    }

    pub(crate) async fn level(&self, sku: &str) -> Level {
        let level = self.get(&format!("/admin/stock/{sku}")).await.expect_status(200);
        let [on_hand, held, committed, available] =
            ["/on_hand", "/held", "/committed", "/available"].map(|part| level.number(part));
        Level { on_hand, held, committed, available }
    }

    pub(crate) async fn adjusts(&self, sku: &str, body: &Value) -> Answer {
        self.post(&format!("/admin/stock/{sku}/adjustments"), body).await
    }

    /// The payment of `order`, with its attempts.
    pub(crate) async fn payment_of(&self, order: &Order) -> Answer {
        let page = self.get(&format!("/admin/payments?order={}", order.id)).await.expect_status(200);
        let ids = page.each("id");
        assert_eq!(ids.len(), 1, "one order, one payment: {page}");
        self.get(&format!("/admin/payments/{}", ids[0])).await.expect_status(200)
    }

    pub(crate) async fn refunds(&self, payment: &str, pence: i64) -> Answer {
        let body = json!({ "amount": pence, "reason": "goodwill" });
        self.ask(Method::POST, &format!("/admin/payments/{payment}/refunds")).key(&fresh_key()).json(&body).send().await
    }

    pub(crate) async fn fulfils(&self, order: &Order, goods: &[(&str, i64)]) -> Answer {
        let body = json!({ "lines": guest::lines(goods), "tracking": "RM 1234 5678 9GB" });
        self.post(&format!("/orders/{}/fulfilments", order.id), &body).await
    }

    /// Takes in all that `asked` asks to return.
    pub(crate) async fn receives(&self, asked: &Answer, restock: bool) -> Answer {
        self.post(&format!("/admin/returns/{}/receive", asked.text("/id")), &json!({ "restock": restock })).await
    }

    pub(crate) async fn reads(&self, order: &Order) -> Answer {
        self.get(&format!("/orders/{}", order.id)).await
    }
}
