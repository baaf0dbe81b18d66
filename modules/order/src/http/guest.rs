//! Who may do what with which order.

use std::{
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use futures_util::future::LocalBoxFuture;
use kernel::{CallContext, CartId, OrderId, Principal};
use kernel_db::guard;
use kernel_web::{ApiError, ApiResult, ClientAddress, Context, IdempotencyKey, OptionalKey, OrderToken, RequestId};

use crate::application::{Orders, Request, place::Asked};

/// A request about nothing in particular yet: who asks, and under which key if any.
pub(super) struct Asking {
    pub(super) cx: CallContext,
    request_id: String,
    client: IpAddr,
    key: Option<String>,
}

impl Asking {
    /// To open a cart. A guest's key is not used: guests have no names, and a repeat under a key that two of them chose
    /// would give one the other's cart.
    pub(super) fn to_open_cart(&self) -> Request {
        let known = self.key.as_ref().filter(|_| self.cx.principal != Principal::Guest);
        let key = known.map(|key| kernel_module::key(self.cx.principal.label(), key, "open cart", NO_BODY));
        Request { cx: self.cx.clone(), key }
    }

    /// The same with a body of which `fingerprint` is the hash.
    pub(super) fn about(&self, operation: &str, fingerprint: &str) -> Request {
        let scope = self.cx.principal.label();
        let key = self.key.as_ref().map(|key| kernel_module::key(scope, key, operation, fingerprint));
        Request { cx: self.cx.clone(), key }
    }

    /// To place an order, of whose body `fingerprint` is the hash. All guests share one scope, so a guest's key must be
    /// hard to guess: any client that repeats it gets the answer of the first request.
    pub(super) fn into_placing(self, key: &IdempotencyKey, fingerprint: &str) -> ApiResult<Asked> {
        if self.cx.principal == Principal::Guest && !guard::sabotaged("order.strong_key") {
            key.require_strong()?;
        }
        let scope = self.cx.principal.label();
        Ok(self.asked(&scope, key, "place", fingerprint))
    }

    /// To check out `cart`. The cart's id is random and only its owner knows it, so it is the scope, and any key does.
    pub(super) fn into_check_out(self, cart: CartId, key: &IdempotencyKey, fingerprint: &str) -> Asked {
        self.asked(&format!("cart:{cart}"), key, "check out", fingerprint)
    }

    fn asked(self, scope: &str, key: &IdempotencyKey, operation: &str, fingerprint: &str) -> Asked {
        let key = kernel_module::key(scope, &key.0, operation, fingerprint);
        Asked { cx: self.cx, request_id: self.request_id, client: self.client, key }
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
            let ClientAddress(client) = ClientAddress::of(request);
            Ok(Self { cx, request_id: id.as_str().to_owned(), client, key })
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
