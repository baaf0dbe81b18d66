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

/// Where the order's token goes in an answer that is kept, and how it begins. In a text that a client sent, the quotes
/// would be escaped.
const TOKEN_SLOT: &str = "\"order_token\":\"\"";
const TOKEN_BEGINS: &str = "\"order_token\":\"";

/// 201: the order stands, and is paid for. [`reveal`] adds the token.
pub(crate) fn confirmed(order: &Order) -> Result<Answer, DbError> {
    placed(201, order)
}

/// 202: the order is taken, and being worked on. [`reveal`] adds the token.
pub(crate) fn accepted(order: &Order) -> Result<Answer, DbError> {
    placed(202, order)
}

fn placed(status: u16, order: &Order) -> Result<Answer, DbError> {
    Answer::new(status, Some(location(order.id())), &OrderView::of(order).with_empty_token())
}

/// The answer with the order's token in its place: made anew each time, so that the database keeps none. The same order
/// has the same token as long as the server's secret stays the same, so a repeat is the same byte for byte.
pub(crate) fn reveal(answer: Answer, token: impl Fn(OrderId) -> Option<String>) -> Answer {
    let order = answer.location.as_deref().and_then(|place| place.strip_prefix("/orders/")?.parse().ok());
    let body = match order.and_then(token) {
        Some(token) => answer.body.replacen(TOKEN_SLOT, &format!("{TOKEN_BEGINS}{token}\""), 1),
        None => answer.body.replacen(&format!("{TOKEN_SLOT},"), "", 1),
    };
    Answer { body, ..answer }
}

/// The order came to nothing. It is kept, and can be read.
pub(crate) fn rejected(order: OrderId, because: &Rejection, request_id: &str) -> Result<Answer, DbError> {
    let problem = ApiError::from(because.clone()).with("order", order.to_string());
    let status = problem.status().as_u16();
    let body = String::from_utf8(problem.body(Some(request_id))).map_err(|error| DbError::corrupt("answer", error))?;
    Ok(Answer { status, location: None, body, replayed: false })
}
