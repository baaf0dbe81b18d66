//! What a buyer is told of a checkout, as it is kept under the key.

use kernel::OrderId;
use kernel_db::{DbError, idempotency::Answer};
use kernel_web::ApiError;

use super::OrderView;
use crate::{
    domain::{Order, Rejection},
    persistence::hot::KeptAnswer,
};

mod shape_1;

/// The address of an order, below the API's base.
pub(crate) fn location(order: OrderId) -> String {
    format!("/orders/{order}")
}

/// The address that an answer with `status` names.
pub(crate) fn location_of(status: u16, order: OrderId) -> Option<String> {
    matches!(status, 201 | 202).then(|| location(order))
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

/// The shape that answers have now. When [`OrderView`] changes, a new one is added beside the old, whose answers are
/// repeated for as long as keys are kept. Until that is done, answers are stored.
const SHAPE: i64 = 1;

/// How `answer`, the 201 of `order`, is kept: by its shape where it can be rebuilt byte for byte, and whole otherwise.
pub(crate) fn kept(order: &Order, answer: &Answer) -> Result<KeptAnswer, DbError> {
    let rebuilt = rebuilt(SHAPE, order)?;
    if rebuilt == *answer {
        return Ok(KeptAnswer::Rebuilt { shape: SHAPE });
    }
    Ok(KeptAnswer::Stored(answer.clone()))
}

/// The 201 that was given when `order` was paid for, as `shape` has it, whatever became of the order since.
pub(crate) fn rebuilt(shape: i64, order: &Order) -> Result<Answer, DbError> {
    let location = Some(location(order.id()));
    match shape {
        1 => Answer::new(201, location, &shape_1::Confirmed::of(order)),
        unknown => Err(DbError::corrupt(
            "answer",
            format!("its shape {unknown} is of a later version, which alone can repeat it"),
        )),
    }
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
