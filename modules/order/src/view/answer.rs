//! What a buyer is told of a placing, as it is kept under the key.

use kernel::OrderId;
use kernel_db::{DbError, idempotency::Answer};
use kernel_web::ApiError;

use super::OrderView;
use crate::domain::{Order, Rejection};

/// The address of an order, below the API's base.
pub(crate) fn location(order: OrderId) -> String {
    format!("/orders/{order}")
}

/// 201: the order stands, and is paid for.
pub(crate) fn confirmed(order: &Order, token: Option<String>) -> Result<Answer, DbError> {
    placed(201, order, token)
}

/// 202: the order is taken, and being worked on.
pub(crate) fn accepted(order: &Order, token: Option<String>) -> Result<Answer, DbError> {
    placed(202, order, token)
}

fn placed(status: u16, order: &Order, token: Option<String>) -> Result<Answer, DbError> {
    Answer::new(status, Some(location(order.id())), &OrderView::of(order).with_token(token))
}

/// The order came to nothing. It is kept, and can be read.
pub(crate) fn rejected(order: OrderId, because: &Rejection, request_id: &str) -> Result<Answer, DbError> {
    let problem = ApiError::from(because.clone()).with("order", order.to_string());
    let status = problem.status().as_u16();
    let body = String::from_utf8(problem.body(Some(request_id))).map_err(|error| DbError::corrupt("answer", error))?;
    Ok(Answer { status, location: None, body, replayed: false })
}
