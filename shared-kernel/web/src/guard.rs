//! The middleware around every operation.

use std::{
    any::Any,
    future::{Ready, ready},
    panic::AssertUnwindSafe,
    rc::Rc,
};

use actix_web::{
    Error, HttpMessage,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::Method,
};
use futures_util::{FutureExt, future::LocalBoxFuture};

use crate::{ApiError, RequestId, head};

mod finish;
mod repeated;

/// Names the request, sets the headers that every answer has, and turns whatever goes wrong, a panic included,
/// into a problem document.
///
/// Wrap it first, then `Compress`, then the access log: what is wrapped later stands further out. `HEAD` is served
/// by whatever serves `GET`; the server leaves the body out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Guard;

impl<S, B> Transform<S, ServiceRequest> for Guard
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Guarded<S>;
    type InitError = ();
    type Future = Ready<Result<Guarded<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Guarded { service: Rc::new(service) }))
    }
}

/// What stands inside the guard.
#[derive(Debug)]
pub struct Guarded<S> {
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let id = RequestId::choose(&request);
        request.extensions_mut().insert(id.clone());
        if let Err(refusal) = head::judge(request.request()) {
            return Box::pin(ready(Err(finish::error(&refusal.into(), &id))));
        }
        if request.method() == Method::HEAD {
            request.head_mut().method = Method::GET;
        }
        let repeated = repeated::header(request.headers());
        let service = Rc::clone(&self.service);
        Box::pin(async move {
            if let Some(name) = repeated {
                return Err(finish::error(&ApiError::repeated_header(name).into(), &id));
            }
            // Nothing of the request outlives a panic: the next one gets fresh extractors and its own transaction.
            match AssertUnwindSafe(async { service.call(request).await }).catch_unwind().await {
                Ok(Ok(response)) => Ok(finish::response(response, &id)),
                Ok(Err(error)) => Err(finish::error(&error, &id)),
                Err(panic) => Err(finish::error(&ApiError::internal(words_of(panic.as_ref())).into(), &id)),
            }
        })
    }
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(ToString::to_string);
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic: {}", words.unwrap_or_else(|| "without words".to_owned()))
}
