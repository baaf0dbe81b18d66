use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use kernel_remote::RemoteClient;
use port::{Descriptor, Executed, PortRequest, PortResponse, Transport, TransportError, context};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde_json::Value;

use super::{row::Row, schema};

/// Carries each call of the port's cases once, so that a fault is seen, and notes what the answers look like.
pub(super) struct RecordingTransport {
    client: RemoteClient,
    port: &'static Descriptor,
    document: Value,
    seen: Mutex<Seen>,
}

/// The first fault of each kind.
#[derive(Default)]
struct Seen {
    answers: Option<String>,
    refusals: Option<String>,
    late: Option<String>,
}

/// What the way there and back may take, on a machine that has other things to do.
const GRACE: Duration = Duration::from_millis(500);

impl RecordingTransport {
    pub(super) fn new(client: RemoteClient, port: &'static Descriptor) -> Self {
        Self { client, port, document: port.openapi(), seen: Mutex::default() }
    }

    /// What it has seen.
    pub(super) fn rows(&self) -> [Row; 3] {
        let Seen { answers, refusals, late } = std::mem::take(&mut *self.seen());
        let row = |name, fault: Option<String>| Row::of(name, fault.map_or(Ok(()), Err));
        [
            row("every answer is what its schema says", answers),
            row("every refusal is a problem document of the port", refusals),
            row("every call is answered within its time", late),
        ]
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn exchange(&self, request: &PortRequest) -> Result<(PortResponse, String), reqwest::Error> {
        let Ok(mut asked) = self.client.request(Method::POST, &request.path()) else {
            return Ok((PortResponse::problem("unauthenticated", 401, "no token"), String::new()));
        };
        for (name, value) in context::to_headers(&request.context).unwrap_or_default() {
            asked = asked.header(name, value);
        }
        let asked = asked.header(CONTENT_TYPE, "application/json").body(request.body.clone());
        let response = asked.send().await?;
        let (status, kind) = (response.status().as_u16(), kind_of(response.headers()));
        Ok((PortResponse { status, body: response.bytes().await?.into() }, kind))
    }

    /// An answer, as its schema says.
    fn judge_answer(&self, method: &str, kind: &str, body: &[u8]) -> Result<(), String> {
        let path = format!("{}/{method}", self.port.path()).replace('/', "~1");
        let schema = format!("/paths/{path}/post/responses/200/content/application~1json/schema");
        let answer = read(kind, "application/json", body)?;
        schema::check(&self.document, self.document.pointer(&schema).unwrap_or(&Value::Null), &answer, "")
    }

    /// A refusal of the port's own: RFC 9457, and the fields of one of its refusals.
    fn judge_refusal(&self, status: u16, kind: &str, body: &[u8]) -> Result<(), String> {
        let document = read(kind, "application/problem+json", body)?;
        let named = |name: &str| self.document.pointer(&format!("/components/schemas/{name}")).unwrap_or(&Value::Null);
        schema::check(&self.document, named("PortProblem"), &document, "")?;
        let said = |member: &str| document.get(member).cloned().unwrap_or_default();
        if said("status") != status {
            return Err(format!("`/status` is {}, and the status {status}", said("status")));
        }
        let named_after = said("code").as_str().map(|code| format!("urn:banyan:{}:{code}", self.port.name));
        if said("type").as_str() != named_after.as_deref() {
            return Err(format!("`/type` is {}, and the code {}", said("type"), said("code")));
        }
        // A field whose name the document has a meaning for stands apart.
        let mut refusal = document.clone();
        if let (Value::Object(members), Some(Value::Object(apart))) = (&mut refusal, document.get("fields").cloned()) {
            members.extend(apart);
        }
        let forms = self.document.pointer("/components/schemas").and_then(Value::as_object);
        let form = forms.into_iter().flatten().find(|(name, _)| name.ends_with("Refusal"));
        form.map_or(Ok(()), |(_, form)| schema::check(&self.document, form, &refusal, ""))
    }

    fn note(&self, method: &str, place: fn(&mut Seen) -> &mut Option<String>, outcome: Result<(), String>) {
        if let Err(fault) = outcome {
            place(&mut self.seen()).get_or_insert_with(|| format!("`{method}`: {fault}"));
        }
    }
}

#[async_trait]
impl Transport for RecordingTransport {
    async fn call(&self, request: PortRequest) -> Result<PortResponse, TransportError> {
        let (method, patience) = (request.method, request.time_left());
        let Ok(exchanged) = tokio::time::timeout(patience + GRACE, self.exchange(&request)).await else {
            self.note(method, |seen| &mut seen.late, Err(format!("no answer after {} ms", patience.as_millis())));
            return Err(TransportError::Deadline { executed: Executed::Maybe });
        };
        let (response, kind) = exchanged.map_err(|error| {
            let executed = if error.is_connect() { Executed::No } else { Executed::Maybe };
            TransportError::Unavailable { executed }
        })?;
        if response.status == PortResponse::OK {
            self.note(method, |seen| &mut seen.answers, self.judge_answer(method, &kind, &response.body));
            return Ok(response);
        }
        if let Some(failure) = response.failure(self.port.name) {
            return Err(failure);
        }
        self.note(method, |seen| &mut seen.refusals, self.judge_refusal(response.status, &kind, &response.body));
        Ok(response)
    }
}

fn kind_of(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn read(kind: &str, expected: &str, body: &[u8]) -> Result<Value, String> {
    if kind != expected {
        return Err(format!("it is `{kind}`, not `{expected}`"));
    }
    serde_json::from_slice(body).map_err(|error| format!("it is not JSON: {error}"))
}
