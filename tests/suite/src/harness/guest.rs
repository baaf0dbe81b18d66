//! A buyer without an account.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Api, fresh_key};

/// A buyer, known by an email and by the tokens of the orders.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    api: Api,
    email: String,
}

/// An order as its buyer keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) token: String,
    /// The answer to placing it.
    pub(crate) placed: Value,
}

impl Order {
    #[track_caller]
    pub(crate) fn of(answer: &Answer) -> Self {
        Self { id: answer.text("/id"), token: answer.text("/order_token"), placed: answer.json() }
    }

    pub(crate) fn path(&self) -> String {
        format!("/api/v1/orders/{}", self.id)
    }
}

/// Lines as a body has them.
pub(crate) fn lines(lines: &[(&str, i64)]) -> Value {
    lines.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect()
}

impl Guest {
    pub(crate) fn new(api: Api, name: &str) -> Self {
        Self { api, email: format!("{name}@example.com") }
    }

    pub(crate) fn email(&self) -> &str {
        &self.email
    }

    /// What an order for `wanted` says, paid with `token`.
    pub(crate) fn wants(&self, wanted: &[(&str, i64)], token: &str) -> Value {
        json!({
            "email": self.email,
            "currency": "GBP",
            "lines": lines(wanted),
            "payment": { "method": "simulated", "token": token },
        })
    }

    pub(crate) async fn buys(&self, wanted: &[(&str, i64)]) -> Answer {
        self.buys_with("tok_approve", wanted).await
    }

    pub(crate) async fn buys_with(&self, token: &str, wanted: &[(&str, i64)]) -> Answer {
        self.orders(&fresh_key(), &self.wants(wanted, token)).await
    }

    /// Sends an order of any shape.
    pub(crate) async fn orders(&self, key: &str, body: &Value) -> Answer {
        self.api.ask(Method::POST, "/api/v1/orders").key(key).json(body).send().await
    }

    /// Orders, and asks again under the same key as long as it is told "not now", or that its first request is still under
    /// way.
    pub(crate) async fn insists(&self, key: &str, body: &Value) -> Answer {
        super::eventually("the key is answered", async || {
            let answer = self.orders(key, body).await;
            let in_flight = answer.status == 409 && answer.text("/code") == "idempotency-key-in-flight";
            (!in_flight && !answer.is_not_now()).then_some(answer)
        })
        .await
    }

    /// Buys, and is sure of it.
    pub(crate) async fn has_bought(&self, wanted: &[(&str, i64)]) -> Order {
        let answer = self.buys(wanted).await.expect_status(201);
        assert_eq!(answer.text("/status"), "confirmed", "{answer}");
        Order::of(&answer)
    }

    pub(crate) async fn reads(&self, order: &Order) -> Answer {
        self.api.ask(Method::GET, &order.path()).order_token(&order.token).send().await
    }

    pub(crate) async fn cancels(&self, order: &Order) -> Answer {
        let path = format!("{}/cancel", order.path());
        let body = json!({ "reason": "changed my mind" });
        self.api.ask(Method::POST, &path).order_token(&order.token).json(&body).send().await
    }

    /// Asks to return goods; the shop decides.
    pub(crate) async fn returns(&self, order: &Order, goods: &[(&str, i64)], restock: bool) -> Answer {
        self.returns_as(&fresh_key(), order, goods, restock).await
    }

    pub(crate) async fn returns_as(&self, key: &str, order: &Order, goods: &[(&str, i64)], restock: bool) -> Answer {
        let path = format!("{}/returns", order.path());
        let body = json!({ "lines": lines(goods), "reason": "not as expected", "restock": restock });
        self.api.ask(Method::POST, &path).order_token(&order.token).key(key).json(&body).send().await
    }

    /// Calls off units that were not sent.
    pub(crate) async fn calls_off(&self, order: &Order, goods: &[(&str, i64)]) -> Answer {
        let path = format!("{}/lines/cancel", order.path());
        let body = json!({ "lines": lines(goods), "reason": "one too many" });
        self.api.ask(Method::POST, &path).order_token(&order.token).key(&fresh_key()).json(&body).send().await
    }

    pub(crate) async fn timeline(&self, order: &Order) -> Answer {
        let path = format!("{}/timeline", order.path());
        self.api.ask(Method::GET, &path).order_token(&order.token).send().await
    }

    /// Reads until `done`, for what happens by itself.
    pub(crate) async fn reads_until(&self, order: &Order, done: impl Fn(&Answer) -> bool) -> Answer {
        let what = format!("order {} is as expected", order.id);
        super::eventually(&what, async || Some(self.reads(order).await).filter(&done)).await
    }
}
