//! The call context with which a handler enters a module.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header::HeaderMap};
use kernel::CallContext;

use crate::{ApiError, ApiResult, Caller, Origin, RequestId, request_id::next_id};

/// Who asks, what ties together everything the request causes, and its place in a trace.
///
/// The request id is the correlation when it is a UUID. A wrong credential is a 401, as for [`Caller`].
#[derive(Debug, Clone)]
pub struct Context(pub CallContext);

impl FromRequest for Context {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Caller::of(request).map(|Caller(principal)| {
            let named = request.extensions().get::<RequestId>().and_then(RequestId::uuid);
            let mut context = CallContext::for_principal(principal);
            context.correlation = Some(named.unwrap_or_else(|| next_id(request)));
            context.traceparent = Some(forwarded_trace(request).unwrap_or_else(|| new_trace(request)));
            Self(context)
        }))
    }
}

/// The trace of the process that forwarded the request. A stranger's is not taken: its trace id would tie strangers' work
/// together with ours, and its flags would decide what we record.
fn forwarded_trace(request: &HttpRequest) -> Option<String> {
    Origin::of(request).filter(|origin| origin.is_forwarded)?;
    sent_trace(request.headers()).map(str::to_owned)
}

/// W3C trace context: what does not look like one is left out, as the standard asks.
pub fn sent_trace(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all("traceparent");
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let text = value.to_str().ok()?;
    let lengths: Vec<usize> = text.splitn(5, '-').map(str::len).take(4).collect();
    let hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    (lengths == [2, 32, 16, 2] && hex && text.len() <= 256).then_some(text)
}

/// A trace that begins here. It is not sampled: this process records no spans.
pub fn new_trace(request: &HttpRequest) -> String {
    let id = next_id(request);
    format!("00-{}-{:016x}-00", id.simple(), id.as_u64_pair().1)
}
