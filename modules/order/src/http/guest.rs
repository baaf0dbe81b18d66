//! Who may do what with which order.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use futures_util::future::LocalBoxFuture;
use kernel::{CallContext, OrderId, Principal};
use kernel_web::{ApiError, ApiResult, Context, IdempotencyKey, OptionalKey, OrderToken, RequestId};

use crate::application::{Orders, Request, place::Asked};

/// A request about nothing in particular yet: who asks, and under which key if any.
pub(super) struct Asking {
    pub(super) cx: CallContext,
    request_id: String,
    key: Option<String>,
}

impl Asking {
    /// The same key means the same `operation`.
    pub(super) fn to(&self, operation: &str) -> Request {
        let scope = self.cx.principal.label();
        let key = self.key.as_ref().map(|key| kernel_module::key(scope, key, operation, NO_BODY));
        Request { cx: self.cx.clone(), key }
    }

    /// The same with a body of which `fingerprint` is the hash.
    pub(super) fn about(&self, operation: &str, fingerprint: &str) -> Request {
        let scope = self.cx.principal.label();
        let key = self.key.as_ref().map(|key| kernel_module::key(scope, key, operation, fingerprint));
        Request { cx: self.cx.clone(), key }
    }

    /// The same where there must be a key, and a body of which `fingerprint` is the hash.
    pub(super) fn must(self, scope: &str, key: &IdempotencyKey, operation: &str, fingerprint: &str) -> Asked {
        let key = kernel_module::key(scope, &key.0, operation, fingerprint);
        Asked { cx: self.cx, request_id: self.request_id, key }
    }
}

/// The fingerprint of what is asked without a body.
const NO_BODY: &str = "";

/// Lets in the admin, and whoever shows the token of the order in the path. For everyone else it is not there.
pub(super) struct Owner {
    pub(super) order: OrderId,
    asking: Asking,
}

impl Owner {
    /// A request about the order; its keys are its owner's own.
    pub(super) fn request(&self, operation: &str, fingerprint: &str) -> Request {
        let operation = format!("{operation} {}", self.order);
        let scope = format!("{}:{}", self.asking.cx.principal.label(), self.order);
        let key = self.asking.key.as_ref().map(|key| kernel_module::key(scope, key, &operation, fingerprint));
        Request { cx: self.asking.cx.clone(), key }
    }

    /// The same without a body.
    pub(super) fn bare_request(&self, operation: &str) -> Request {
        self.request(operation, NO_BODY)
    }
}

impl FromRequest for Asking {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut read = || {
            let Context(cx) = Context::from_request(request, payload).into_inner()?;
            let id = RequestId::from_request(request, payload).into_inner()?;
            let OptionalKey(key) = OptionalKey::from_request(request, payload).into_inner()?;
            Ok(Self { cx, request_id: id.as_str().to_owned(), key })
        };
        ready(read())
    }
}

impl FromRequest for Owner {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let asking = Asking::from_request(request, payload).into_inner();
        let token = OrderToken::from_request(request, payload).into_inner();
        let name = request.match_info().get("id").map(str::to_owned);
        let orders = request.app_data::<Data<Orders>>().cloned();
        Box::pin(async move {
            let (asking, OrderToken(token)) = (asking?, token?);
            let (name, orders) = name.zip(orders).ok_or_else(ApiError::not_found)?;
            let order = named(&orders, &name).await?;
            let known = || token.is_some_and(|token| orders.token_opens(order, &token));
            let may = asking.cx.principal == Principal::Admin || known();
            if may { Ok(Self { order, asking }) } else { Err(ApiError::not_found()) }
        })
    }
}

/// An order is named by its id, or by the number that people call it.
async fn named(orders: &Orders, name: &str) -> ApiResult<OrderId> {
    match name.parse::<OrderId>() {
        Ok(id) => Ok(id),
        Err(_) => orders.numbered(name).await?.ok_or_else(ApiError::not_found),
    }
}
