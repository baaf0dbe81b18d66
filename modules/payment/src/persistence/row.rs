//! How rows are read and written.

use kernel::{AttemptId, Currency, DateTime, Money, OrderId, PaymentId, Utc};
use kernel_db::DbError;
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::domain::{Attempt, AttemptStatus, Balances, Operation, Payment, Status};

/// The columns that [`payment`] reads, in its order.
pub(super) const PAYMENT: &str = "payment.id, payment.order_id, payment.method, payment.token, payment.currency, \
                                  payment.amount, payment.status, payment.authorized, payment.captured, \
                                  payment.refunded, payment.version, payment.given_up, payment.correlation_id, \
                                  payment.created_at, payment.traceparent";

/// The columns that [`attempt`] reads, in its order.
pub(super) const ATTEMPT: &str = "attempt.id, attempt.payment_id, attempt.operation, attempt.currency, \
                                  attempt.amount, attempt.status, attempt.reason, attempt.answer, attempt.asked_by, \
                                  attempt.correlation_id, attempt.tries, attempt.next_try_at, attempt.created_at, \
                                  attempt.traceparent";

/// `None` for the tombstone of an order whose payment was given up before there was one.
pub(super) fn payment(row: &QueryResult) -> Result<Option<Payment>, DbError> {
    let (Some(method), Some(currency)) =
        (row.try_get_by_index::<Option<String>>(2)?, row.try_get_by_index::<Option<String>>(4)?)
    else {
        return Ok(None);
    };
    let currency = parse_currency(&currency)?;
    let money = |index: usize| Ok::<_, DbError>(Money::new(row.try_get_by_index(index)?, currency));
    let status: String = row.try_get_by_index(6)?;
    let standing = Balances {
        status: Status::parse(&status).ok_or_else(|| DbError::corrupt("payment", &status))?,
        authorized: money(7)?,
        captured: money(8)?,
        refunded: money(9)?,
        version: row.try_get_by_index(10)?,
        given_up: row.try_get_by_index::<i64>(11)? != 0,
    };
    let id = PaymentId::new(row.try_get_by_index::<Uuid>(0)?);
    let order = OrderId::new(row.try_get_by_index::<Uuid>(1)?);
    let context = (row.try_get_by_index(12)?, row.try_get_by_index::<DateTime<Utc>>(13)?);
    let mut payment = Payment::asked_for(id, order, (method, String::new()), money(5)?, context);
    payment.token = row.try_get_by_index(3)?;
    payment.traceparent = row.try_get_by_index(14)?;
    Ok(Some(payment.standing_at(standing)))
}

pub(super) fn attempt(row: &QueryResult) -> Result<Attempt, DbError> {
    let currency: String = row.try_get_by_index(3)?;
    let operation: String = row.try_get_by_index(2)?;
    let status: String = row.try_get_by_index(5)?;
    Ok(Attempt {
        id: AttemptId::new(row.try_get_by_index::<Uuid>(0)?),
        payment: PaymentId::new(row.try_get_by_index::<Uuid>(1)?),
        operation: Operation::parse(&operation).ok_or_else(|| DbError::corrupt("attempt", &operation))?,
        amount: Money::new(row.try_get_by_index(4)?, parse_currency(&currency)?),
        status: AttemptStatus::parse(&status).ok_or_else(|| DbError::corrupt("attempt", &status))?,
        reason: row.try_get_by_index(6)?,
        answer: row.try_get_by_index(7)?,
        asked_by: row.try_get_by_index(8)?,
        correlation: row.try_get_by_index(9)?,
        traceparent: row.try_get_by_index(13)?,
        tries: row.try_get_by_index(10)?,
        next_try_at: row.try_get_by_index(11)?,
        created_at: row.try_get_by_index(12)?,
    })
}

pub(super) fn parse_currency(code: &str) -> Result<Currency, DbError> {
    Currency::parse(code).map_err(|error| DbError::corrupt("currency", error))
}

/// An id as a cell of `{rows}`.
pub(crate) fn id_cell(id: Uuid) -> String {
    id.simple().to_string()
}

/// A time as a cell of `{rows}`.
pub(crate) fn time_cell(at: DateTime<Utc>) -> String {
    at.to_rfc3339()
}
