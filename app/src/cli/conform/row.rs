use reqwest::{RequestBuilder, Response, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;

use super::PATIENCE;

/// One promise, and what came instead when it was broken.
#[derive(Debug)]
pub(super) struct Row {
    name: &'static str,
    fault: Option<String>,
}

/// The most letters of a fault that are shown.
const SHOWN: usize = 400;

impl Row {
    pub(super) fn of(name: &'static str, outcome: Result<(), String>) -> Self {
        Self { name, fault: outcome.err() }
    }

    /// Whether `request` is refused with `status` and a problem document.
    pub(super) async fn refused(name: &'static str, request: RequestBuilder, status: StatusCode) -> Self {
        Self::of(name, refused(request, status).await.map(drop))
    }

    /// Whether `request` is answered.
    pub(super) async fn answered(name: &'static str, request: RequestBuilder) -> Self {
        let outcome = match send(request).await {
            Ok(response) if response.status() == StatusCode::OK => Ok(()),
            Ok(response) => Err(format!("expected 200 OK, got {}", response.status())),
            Err(fault) => Err(fault),
        };
        Self::of(name, outcome)
    }

    pub(super) const fn holds(&self) -> bool {
        self.fault.is_none()
    }

    pub(super) fn cells(&self) -> [String; 3] {
        let verdict = if self.holds() { "ok" } else { "FAULT" };
        let fault = self.fault.as_deref().unwrap_or_default().chars().take(SHOWN).collect();
        [verdict.to_owned(), self.name.to_owned(), fault]
    }
}

/// The problem document with which `request` is refused, as it should be.
pub(super) async fn refused(request: RequestBuilder, status: StatusCode) -> Result<Value, String> {
    let response = send(request).await?;
    if response.status() != status {
        return Err(format!("expected {status}, got {}", response.status()));
    }
    let kind = response.headers().get(CONTENT_TYPE).cloned();
    if kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"application/problem+json")) {
        return Err("the refusal is not application/problem+json".to_owned());
    }
    let document: Value = response.json().await.map_err(|_| "the refusal is not JSON".to_owned())?;
    let said = document.get("status").and_then(Value::as_u64);
    if said != Some(status.as_u16().into()) {
        return Err(format!("the refusal says that its status is {said:?}"));
    }
    Ok(document)
}

async fn send(request: RequestBuilder) -> Result<Response, String> {
    request.timeout(PATIENCE).send().await.map_err(|error| kernel::problem::chain(&error.without_url()))
}
