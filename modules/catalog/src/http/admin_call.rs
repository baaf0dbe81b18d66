//! What every admin operation is called with.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use kernel::CallContext;
use kernel_db::idempotency::Key;
use kernel_web::{Admin, ApiError, ApiResult, Context, OptionalIfMatch, OptionalKey};

/// Lets only the admin in, and knows what the headers say of the call.
#[derive(Debug, Clone)]
pub(crate) struct AdminCall {
    pub(crate) cx: CallContext,
    pub(crate) key: Option<String>,
    pub(crate) if_match: Option<String>,
}

impl AdminCall {
    /// The idempotency key of one operation; `fingerprint` is the hash of what is sent.
    pub(crate) fn key(&self, operation: &str, fingerprint: &str) -> Option<Key> {
        self.key.as_deref().map(|key| kernel_module::key("admin", key, operation, fingerprint))
    }

    fn of(request: &HttpRequest, payload: &mut Payload) -> ApiResult<Self> {
        Admin::from_request(request, payload).into_inner()?;
        let Context(cx) = Context::from_request(request, payload).into_inner()?;
        let OptionalKey(key) = OptionalKey::from_request(request, payload).into_inner()?;
        let OptionalIfMatch(if_match) = OptionalIfMatch::from_request(request, payload).into_inner()?;
        Ok(Self { cx, key, if_match })
    }
}

impl FromRequest for AdminCall {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Self::of(request, payload))
    }
}
