//! A store's HTTP API as a client sees it: what is asked, and what is answered.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Client, Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;

use super::{Admin, Guest};

/// What admin operations must show in every store of the suite.
pub(crate) const ADMIN_KEY: &str = "the-admin-key-of-the-suite-of-32-letters";

/// No answer takes longer, not even that of a store under sixteen clients on two slow cores.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// One store's address.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    base: String,
    client: Client,
}

impl Api {
    pub(crate) fn at(address: impl std::fmt::Display) -> Self {
        let client = Client::builder().tls_certs_only([]).timeout(ANSWER_LIMIT).no_proxy().build().unwrap();
        Self { base: format!("http://{address}"), client }
    }

    /// Where it is, such as `http://127.0.0.1:8080`.
    pub(crate) fn url(&self) -> String {
        self.base.clone()
    }

    pub(crate) fn admin(&self) -> Admin {
        Admin::new(self.clone())
    }

    pub(crate) fn guest(&self, name: &str) -> Guest {
        Guest::new(self.clone(), name)
    }

    /// `path` is below the root, such as `/health/live`.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        let asked = format!("{method} {path}");
        Ask { request: self.client.request(method, format!("{}{path}", self.base)), asked }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).send().await
    }

    /// A page as the operator sees it.
    pub(crate) async fn shows(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).bearer(ADMIN_KEY).send().await
    }
}

/// A question that is being put together.
#[derive(Debug)]
pub(crate) struct Ask {
    request: RequestBuilder,
    asked: String,
}

impl Ask {
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    pub(crate) fn order_token(self, token: &str) -> Self {
        self.header("X-Order-Token", token)
    }

    pub(crate) fn bearer(self, key: &str) -> Self {
        self.header("Authorization", &format!("Bearer {key}"))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn body(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        Self { request: self.request.header("Content-Type", content_type).body(body), ..self }
    }

    pub(crate) async fn send(self) -> Answer {
        let asked = self.asked.clone();
        self.try_send().await.unwrap_or_else(|error| panic!("{asked} was not answered: {error:?}"))
    }

    /// For a store that may die during the request.
    pub(crate) async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let response = self.request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { asked: self.asked, status, headers, body: response.bytes().await? })
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    asked: String,
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// A problem document, whole in every member, that gives nothing of the inside away.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.text("/code").as_str()), (status, code), "{self}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        assert_eq!(self.text("/type"), format!("urn:banyan:problem:{code}"), "{self}");
        assert_eq!(self.number("/status"), i64::from(status), "{self}");
        assert_eq!(Some(self.text("/request_id").as_str()), self.header("x-request-id"), "{self}");
        assert!(!self.text("/title").is_empty() && !self.text("/detail").is_empty(), "{self}");
        assert_eq!(status == 422, self.at("/errors").is_array(), "only a 422 says where: {self}");
        for inside in ["SELECT", "INSERT", "sqlx", ".rs:", "/src/"] {
            assert!(!self.words().contains(inside), "shows {inside}: {self}");
        }
        self
    }

    /// A 422 that names exactly this place.
    #[track_caller]
    pub(crate) fn expect_invalid(self, pointer: &str, code: &str) -> Self {
        let answer = self.expect_status(422);
        let errors = answer.at("/errors");
        let places: Vec<_> =
            errors.as_array().into_iter().flatten().map(|error| (&error["pointer"], &error["code"])).collect();
        assert!(places.contains(&(&pointer.into(), &code.into())), "no {code} at {pointer:?}: {answer}");
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Whether it says that for the moment it cannot be done, and nothing was.
    pub(crate) fn is_not_now(&self) -> bool {
        self.status == 503 && self.header("retry-after").is_some() && self.at("/order").is_null()
    }

    pub(crate) fn words(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// What stands at a JSON pointer; null where there is nothing.
    pub(crate) fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or(Value::Null)
    }

    #[track_caller]
    pub(crate) fn number(&self, pointer: &str) -> i64 {
        self.at(pointer).as_i64().unwrap_or_else(|| panic!("no number at {pointer}: {self}"))
    }

    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer}: {self}")).to_owned()
    }

    /// The rows of a page.
    #[track_caller]
    pub(crate) fn items(&self) -> Vec<Value> {
        self.at("/items").as_array().unwrap_or_else(|| panic!("not a page: {self}")).clone()
    }

    /// One member of every row of a list inside the answer, as text.
    #[track_caller]
    pub(crate) fn each_of(&self, pointer: &str, member: &str) -> Vec<String> {
        let rows = self.at(pointer);
        let rows = rows.as_array().unwrap_or_else(|| panic!("no list at {pointer}: {self}"));
        rows.iter().map(|row| row[member].as_str().map_or_else(|| row[member].to_string(), str::to_owned)).collect()
    }

    /// One member of every row of a page, as text.
    #[track_caller]
    pub(crate) fn each(&self, member: &str) -> Vec<String> {
        self.items()
            .iter()
            .map(|item| item[member].as_str().map_or_else(|| item[member].to_string(), str::to_owned))
            .collect()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown: String = self.words().chars().take(2_000).collect();
        write!(f, "{} answered {} {shown}", self.asked, self.status)
    }
}
