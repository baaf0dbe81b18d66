//! What every port server must answer, tried with requests that our own transport never sends.

use reqwest::{Method, RequestBuilder, StatusCode, header::CONTENT_TYPE};
use serde_json::{Map, Value, json};

use super::{
    Bench,
    row::{Row, refused},
};

/// A call that changes nothing.
pub(super) struct Sample {
    method: &'static str,
    pub(super) path: String,
    pub(super) good: Value,
    /// The same with an argument of another type.
    mistyped: Value,
}

pub(super) async fn rows(bench: &Bench) -> Vec<Row> {
    let Sample { method, path, good, mistyped } = bench.sample();
    let mut strange = good.clone();
    strange.as_object_mut().unwrap_or(&mut Map::new()).insert("surprise".to_owned(), Value::Bool(true));
    let text =
        |kind: &str, body: &'static str| bench.request(&Method::POST, &path).header(CONTENT_TYPE, kind).body(body);
    let header = |name: &str, value: &str| bench.post(&path, &good).header(name, value);
    let refusals = [
        ("an unknown argument is refused", bench.post(&path, &strange), StatusCode::UNPROCESSABLE_ENTITY),
        ("a missing argument is refused", bench.post(&path, &json!({})), StatusCode::UNPROCESSABLE_ENTITY),
        ("an argument of another type is refused", bench.post(&path, &mistyped), StatusCode::UNPROCESSABLE_ENTITY),
        ("a body that is no JSON is refused", text("application/json", "{"), StatusCode::UNPROCESSABLE_ENTITY),
        ("a body of another kind is refused", text("text/plain", "{}"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (
            "an unknown method is refused",
            bench.post(&bench.path(bench.port.descriptor().version, "no-such"), &good),
            StatusCode::NOT_FOUND,
        ),
        ("another version is refused", bench.post(&bench.path(999, method), &good), StatusCode::CONFLICT),
        ("a call that is not posted is refused", bench.request(&Method::GET, &path), StatusCode::METHOD_NOT_ALLOWED),
        ("a deadline that is none is refused", header(::port::context::DEADLINE_MS, "soon"), StatusCode::BAD_REQUEST),
    ];
    let mut rows = Vec::new();
    for (name, request, status) in refusals {
        rows.push(Row::refused(name, request, status).await);
    }
    let spent = header(::port::context::DEADLINE_MS, "0");
    rows.push(Row::of("a call whose time is spent is refused, and not begun", too_late(spent).await));
    rows
}

/// The caller must learn that nothing happened, or it would have to ask.
async fn too_late(request: RequestBuilder) -> Result<(), String> {
    let document = refused(request, StatusCode::SERVICE_UNAVAILABLE).await?;
    let said = |member| document.get(member).and_then(Value::as_str);
    match (said("code"), said("executed")) {
        (Some("module-too-slow"), Some("no")) => Ok(()),
        (code, executed) => Err(format!(
            "expected the code module-too-slow and executed no, got {} and {}",
            code.unwrap_or("none"),
            executed.unwrap_or("none")
        )),
    }
}

impl Bench {
    pub(super) fn sample(&self) -> Sample {
        let ::port::Sample { method, good, mistyped } = self.sample_of_port();
        let path = self.path(self.port.descriptor().version, method);
        Sample { method, path, good, mistyped }
    }

    fn path(&self, version: u32, method: &str) -> String {
        format!("/ports/{}/v{version}/{method}", self.port.descriptor().name)
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.request(&Method::POST, path).json(body)
    }

    /// With a good token.
    fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        let unsigned = || self.plain.request(method.clone(), self.client.address(path));
        self.client.request(method.clone(), path).unwrap_or_else(|_| unsigned())
    }
}
