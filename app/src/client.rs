//! An HTTP client of a store, which retries broken connections.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use kernel_module::address;
use reqwest::{Method, RequestBuilder, StatusCode, header::RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// A store that is away is asked again for about this long: it may be starting.
const PATIENCE: Duration = Duration::from_mins(1);

/// A client of one store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    admin_key: SecretString,
}

/// Why there is no answer, or not the one that was wanted.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the store at {base} cannot be reached: {cause}; is it running?")]
    Unreachable { base: String, cause: reqwest::Error },
    /// It may do better next time.
    #[error("{what}: the store is busy ({status}): {detail}")]
    Busy { what: String, status: StatusCode, detail: String },
    #[error("{what}: {status}: {detail}")]
    Refused { what: String, status: StatusCode, detail: String },
    #[error("{what}: the answer cannot be read: {detail}")]
    Unreadable { what: String, detail: String },
}

impl ClientError {
    const fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Busy { .. })
    }
}

/// An answer that is not an error.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Client {
    pub fn new(url: &str, admin_key: SecretString) -> Result<Self, ClientError> {
        let base = address::url(url).trim_end_matches('/').to_owned();
        let http = reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(30)).no_proxy().build();
        let http = http.map_err(|cause| ClientError::Unreachable { base: base.clone(), cause })?;
        Ok(Self { http, base, admin_key })
    }

    /// Whether a server answers.
    pub async fn ping(&self) -> Result<(), ClientError> {
        self.once(&self.request(Method::GET, "/health/live")).await.map(drop)
    }

    /// Reads as the admin.
    pub async fn admin_get(&self, path: &str) -> Result<Value, ClientError> {
        let request = self.request(Method::GET, path).bearer_auth(self.admin_key.expose_secret());
        self.send(&request).await.map(|answer| answer.body)
    }

    /// The same without patience: whether it can be read now.
    pub async fn admin_get_once(&self, path: &str) -> Result<Value, ClientError> {
        let request = self.request(Method::GET, path).bearer_auth(self.admin_key.expose_secret());
        self.answer(request).await.map(|answer| answer.body)
    }

    /// Reads what `token` opens.
    pub async fn order(&self, id: &str, token: &str) -> Result<Value, ClientError> {
        let request = self.request(Method::GET, &format!("/api/v1/orders/{id}")).header("X-Order-Token", token);
        self.send(&request).await.map(|answer| answer.body)
    }

    /// Changes something as the admin.
    pub async fn admin_post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        let request = self.request(Method::POST, path).bearer_auth(self.admin_key.expose_secret()).json(body);
        self.answer(request).await.map(|answer| answer.body)
    }

    /// Does something that `key` names, so that it happens once however often it has to be sent.
    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Result<Answer, ClientError> {
        self.send(&self.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    /// Sends products to the import, piece by piece; once, because a stream cannot be sent again.
    pub async fn import(
        &self,
        media_type: &str,
        query: &[(&str, String)],
        body: reqwest::Body,
    ) -> Result<Value, ClientError> {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let request = self
            .request(Method::POST, &format!("/api/v1/admin/products/import?{query}"))
            .bearer_auth(self.admin_key.expose_secret());
        let request = request.header(reqwest::header::CONTENT_TYPE, media_type).body(body);
        self.answer(request).await.map(|answer| answer.body)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn send(&self, request: &RequestBuilder) -> Result<Answer, ClientError> {
        let backoff = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(50))
            .with_max_delay(Duration::from_secs(2))
            .with_total_delay(Some(PATIENCE))
            .with_jitter()
            .without_max_times();
        (|| self.once(request)).retry(backoff).when(ClientError::is_passing).await
    }

    async fn once(&self, request: &RequestBuilder) -> Result<Answer, ClientError> {
        let what = || "the request cannot be sent twice".to_owned();
        let request =
            request.try_clone().ok_or_else(|| ClientError::Unreadable { what: what(), detail: String::new() })?;
        self.answer(request).await
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Answer, ClientError> {
        let unreachable = |cause| ClientError::Unreachable { base: self.base.clone(), cause };
        let request = request.build().map_err(unreachable)?;
        let what = format!("{} {}", request.method(), request.url().path());
        let response = self.http.execute(request).await.map_err(unreachable)?;
        let status = response.status();
        let may_wait = response.headers().contains_key(RETRY_AFTER);
        let bytes = response.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            let body = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes) };
            return body
                .map(|body| Answer { status, body })
                .map_err(|error| ClientError::Unreadable { what, detail: error.to_string() });
        }
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let detail = problem.get("detail").and_then(Value::as_str).unwrap_or_default().to_owned();
        let in_flight = problem.get("code").and_then(Value::as_str) == Some("idempotency-key-in-flight");
        Err(if may_wait || in_flight || status == StatusCode::SERVICE_UNAVAILABLE {
            ClientError::Busy { what, status, detail }
        } else {
            ClientError::Refused { what, status, detail }
        })
    }
}
