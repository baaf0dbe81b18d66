//! What every order writes and locks, as named statements over sets of rows.
//!
//! Orders are locked in the order of their ids, wherever several are changed.

use std::collections::HashMap;

use kernel::{CartId, Currency, DateTime, Money, OrderId, PaymentId, Utc};
use kernel_db::{
    Cause, DbError, Rows, Sql, Tx, Write, guard,
    idempotency::{Answer, Key},
    outbox, rows,
};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{
    lines::StoredLines,
    query::stage,
    sagas::{Checkout, Unpaid},
    text, to_json,
};
use crate::domain::{Line, Order, PaymentFacts, Terms};

/// An order that is new, with its key and its saga.
pub(crate) struct Placing<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) lines: &'a [Line],
    pub(crate) checkout: &'a Checkout,
}

#[derive(Rows)]
struct NewRow<'a> {
    id: OrderId,
    status: &'static str,
    email: &'a str,
    email_folded: String,
    currency: Currency,
    total: i64,
    note: Option<&'a str>,
    shipping_address: Option<String>,
    lines: rows::Json<StoredLines>,
    version: i64,
    placed_by: &'a str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    key_scope: Option<&'a str>,
    key: Option<&'a str>,
    key_fingerprint: Option<&'a str>,
    saga: &'static str,
    due_at: DateTime<Utc>,
    deadline_at: DateTime<Utc>,
    method: &'a str,
    token: &'a str,
    cart_id: Option<CartId>,
    request_id: &'a str,
    correlation_id: Option<Uuid>,
    traceparent: Option<&'a str>,
    client: Option<&'a str>,
    buyer: Option<&'a str>,
    unpaid: i64,
}

impl<'a> NewRow<'a> {
    fn of(new: &Placing<'a>, due_at: DateTime<Utc>) -> Result<Self, DbError> {
        let Placing { terms, lines, checkout } = *new;
        let key = (!guard::sabotaged("idempotency::unique")).then_some(&checkout.key);
        Ok(Self {
            id: terms.id,
            status: "placed",
            email: &terms.email,
            email_folded: kernel::fold_email(&terms.email),
            currency: terms.total.currency(),
            total: terms.total.minor(),
            note: terms.note.as_deref(),
            shipping_address: to_json(terms.shipping_address.as_ref(), "address")?,
            lines: rows::Json(lines.into()),
            version: 1,
            placed_by: &terms.placed_by,
            created_at: terms.created_at,
            updated_at: terms.created_at,
            key_scope: key.map(|key| key.scope.as_str()),
            key: key.map(|key| key.key.as_str()),
            key_fingerprint: key.map(|key| key.fingerprint.as_str()),
            saga: checkout.stage.name(),
            due_at,
            deadline_at: checkout.deadline_at,
            method: &checkout.method,
            token: &checkout.token,
            cart_id: checkout.cart,
            request_id: &checkout.request_id,
            correlation_id: checkout.correlation,
            traceparent: checkout.traceparent.as_deref(),
            client: checkout.who.as_ref().map(|who| who.client.as_str()),
            buyer: checkout.who.as_ref().map(|who| who.buyer.as_str()),
            unpaid: checkout.unpaid.rank(),
        })
    }
}

/// A key that another operation was asked under is not used for an order; of equal keys the first is.
pub(super) static PLACE: Sql = Sql::new("order.place", || {
    format!(
        "{given} INSERT INTO orders ({columns}) SELECT {columns} FROM given WHERE NOT EXISTS (SELECT 1 FROM idempotency \
         WHERE idempotency.scope = given.key_scope AND idempotency.key = given.key) \
         ON CONFLICT (key_scope, key) DO NOTHING RETURNING id, number",
        given = NewRow::with("given"),
        columns = NewRow::columns(),
    )
});

#[derive(FromQueryResult)]
struct Numbered {
    id: Uuid,
    number: i64,
}

/// Writes orders that are new, each under its key, and gets each its number. An order whose key was used before is not
/// written. No other process takes one up before `due_at`.
pub(crate) async fn place(
    tx: &Tx,
    orders: &[Placing<'_>],
    due_at: DateTime<Utc>,
) -> Result<HashMap<OrderId, i64>, DbError> {
    let rows: Vec<NewRow<'_>> = orders.iter().map(|order| NewRow::of(order, due_at)).collect::<Result<_, _>>()?;
    let numbered: Vec<Numbered> = tx.all(&PLACE, [NewRow::bind(&rows)]).await?;
    Ok(numbered.into_iter().map(|Numbered { id, number }| (OrderId::new(id), number)).collect())
}

/// As much of an order as a batch decides by, locked until the transaction ends.
#[derive(Debug, Clone, FromQueryResult)]
struct LockedRow {
    id: Uuid,
    currency: String,
    total: i64,
    version: i64,
    payment_id: Option<Uuid>,
    payment_stage: i64,
    authorized: i64,
    captured: i64,
    refunded: i64,
    authorized_at: Option<DateTime<Utc>>,
    captured_at: Option<DateTime<Utc>>,
    saga: Option<String>,
    due_at: Option<DateTime<Utc>>,
    unpaid: i64,
    answer_status: Option<i64>,
}

pub(super) static LOCK: Sql = Sql::new("order.lock", || {
    "SELECT id, currency, total, version, payment_id, payment_stage, authorized, captured, refunded, authorized_at, \
     captured_at, saga, due_at, unpaid, answer_status FROM orders WHERE id IN {ids} ORDER BY id {for_update}"
        .to_owned()
});

/// An order, locked until the transaction ends.
#[derive(Debug, Clone)]
pub(crate) struct Locked {
    pub(crate) id: OrderId,
    pub(crate) total: Money,
    pub(crate) version: i64,
    pub(crate) payment: PaymentFacts,
    pub(crate) saga: Option<LockedSaga>,
    /// It was answered under its key.
    pub(crate) is_answered: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct LockedSaga {
    /// It may still turn back.
    pub(crate) is_before_pivot: bool,
    /// It waits for the provider.
    pub(crate) is_pending: bool,
    pub(crate) due_at: DateTime<Utc>,
    pub(crate) unpaid: Unpaid,
}

/// Locks those of `orders` that there are.
pub(crate) async fn lock(tx: &Tx, orders: &[OrderId]) -> Result<Vec<Locked>, DbError> {
    let rows: Vec<LockedRow> = tx.all(&LOCK, [rows::ids(orders.iter().copied())]).await?;
    rows.into_iter().map(locked).collect()
}

fn locked(row: LockedRow) -> Result<Locked, DbError> {
    let saga = row.saga.zip(row.due_at).map(|(saga, due_at)| LockedSaga {
        is_before_pivot: matches!(saga.as_str(), "placing" | "pending"),
        is_pending: saga == "pending",
        due_at,
        unpaid: Unpaid::of_rank(row.unpaid),
    });
    Ok(Locked {
        id: OrderId::new(row.id),
        total: Money::new(row.total, text("currency", &row.currency)?),
        version: row.version,
        payment: PaymentFacts {
            id: row.payment_id.map(PaymentId::new),
            stage: stage(row.payment_stage)?,
            authorized: row.authorized,
            captured: row.captured,
            refunded: row.refunded,
            authorized_at: row.authorized_at,
            captured_at: row.captured_at,
        },
        saga,
        is_answered: row.answer_status.is_some(),
    })
}

#[derive(Rows)]
struct ConfirmedRow {
    #[rows(key)]
    id: OrderId,
    version: i64,
    updated_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
    payment_id: Option<PaymentId>,
    payment_stage: i64,
    authorized: i64,
    due_at: DateTime<Utc>,
}

pub(super) static CONFIRM: Sql = Sql::new("order.confirm", || {
    format!(
        "UPDATE orders SET status = 'confirmed', saga = 'settling', token = NULL, client = NULL, buyer = NULL, {set} \
         FROM {confirmed} WHERE orders.id = confirmed.id AND orders.version = confirmed.version - 1",
        set = ConfirmedRow::set("confirmed"),
        confirmed = ConfirmedRow::table("confirmed"),
    )
});

/// An order that passes the pivot, and until when its saga is another's to leave alone.
pub(crate) struct Confirmed<'a> {
    pub(crate) order: &'a mut Order,
    pub(crate) cause: &'a Cause,
    pub(crate) due_at: DateTime<Utc>,
}

/// Passes the pivot with all of `orders`, which are locked, and publishes that. They are paid for, so their payment tokens
/// and the hashes of their clients and emails are removed.
pub(crate) fn confirm<'a>(tx: &Tx, orders: impl IntoIterator<Item = Confirmed<'a>>) -> Result<Write, DbError> {
    let mut rows = Vec::new();
    for Confirmed { order, cause, due_at } in orders {
        let events = order.take_events();
        outbox::publish(tx, cause, &events)?;
        let (standing, payment) = (order.standing(), order.payment);
        rows.push(ConfirmedRow {
            id: order.id(),
            version: standing.version,
            updated_at: standing.updated_at,
            confirmed_at: standing.confirmed_at,
            payment_id: payment.id,
            payment_stage: payment.stage.rank(),
            authorized: payment.authorized,
            due_at,
        });
    }
    Ok(Write::new(&CONFIRM, [ConfirmedRow::bind(&rows)]))
}

/// What is known of a payment.
#[derive(Rows)]
struct PaymentRow {
    #[rows(key)]
    id: OrderId,
    payment_id: Option<PaymentId>,
    payment_stage: i64,
    authorized: i64,
    captured: i64,
    refunded: i64,
    authorized_at: Option<DateTime<Utc>>,
    captured_at: Option<DateTime<Utc>>,
    due_at: Option<DateTime<Utc>>,
}

impl PaymentRow {
    fn of(id: OrderId, payment: &PaymentFacts, due_at: Option<DateTime<Utc>>) -> Self {
        Self {
            id,
            payment_id: payment.id,
            payment_stage: payment.stage.rank(),
            authorized: payment.authorized,
            captured: payment.captured,
            refunded: payment.refunded,
            authorized_at: payment.authorized_at,
            captured_at: payment.captured_at,
            due_at,
        }
    }
}

pub(super) static PAYMENTS_KNOWN: Sql = Sql::new("order.payments-known", || {
    format!(
        "UPDATE orders SET {set} FROM {known} WHERE orders.id = known.id",
        set = PaymentRow::set("known"),
        known = PaymentRow::table("known"),
    )
});

/// Writes what is known of the payments of these orders, which are locked, and when their sagas are due.
pub(crate) fn payments_known(orders: &[(OrderId, PaymentFacts, Option<DateTime<Utc>>)]) -> Write {
    let rows = orders.iter().map(|(order, payment, due_at)| PaymentRow::of(*order, payment, *due_at));
    Write::new(&PAYMENTS_KNOWN, [PaymentRow::bind(rows)])
}

#[derive(Rows)]
struct FinishedRow<'a> {
    #[rows(key)]
    id: OrderId,
    payment_id: Option<PaymentId>,
    payment_stage: i64,
    authorized: i64,
    captured: i64,
    refunded: i64,
    answer_status: Option<u16>,
    answer_shape: Option<i64>,
    answer_body: Option<&'a str>,
}

/// What ends a saga: nothing of it is kept.
pub(super) const ENDED: &str = "saga = NULL, due_at = NULL, deadline_at = NULL, method = NULL, token = NULL, undoing = NULL, \
                                cart_id = NULL, request_id = NULL, correlation_id = NULL, traceparent = NULL, client = NULL, \
                                buyer = NULL";

pub(super) static FINISH: Sql = Sql::new("order.finish", || {
    format!(
        "UPDATE orders SET {ENDED}, payment_id = finished.payment_id, payment_stage = finished.payment_stage, \
         authorized = finished.authorized, captured = finished.captured, refunded = finished.refunded, \
         answer_status = COALESCE(finished.answer_status, orders.answer_status), \
         answer_shape = COALESCE(finished.answer_shape, orders.answer_shape), \
         answer_body = COALESCE(finished.answer_body, orders.answer_body) \
         FROM {finished} WHERE orders.id = finished.id",
        finished = FinishedRow::table("finished"),
    )
});

/// The 201 under an order's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeptAnswer {
    /// It is rebuilt from the order's row.
    Rebuilt {
        shape: i64,
    },
    Stored(Answer),
}

/// An order for which everything is done, with its answer unless it has one.
pub(crate) struct Finished<'a> {
    pub(crate) order: OrderId,
    pub(crate) payment: PaymentFacts,
    pub(crate) answer: Option<&'a KeptAnswer>,
}

/// Ends the sagas of these orders, which are locked, and keeps their payments' sums and their answers.
pub(crate) fn finish<'a>(orders: impl IntoIterator<Item = Finished<'a>>) -> Write {
    let row = |Finished { order, payment, answer }: Finished<'a>| FinishedRow {
        id: order,
        payment_id: payment.id,
        payment_stage: payment.stage.rank(),
        authorized: payment.authorized,
        captured: payment.captured,
        refunded: payment.refunded,
        answer_status: answer.map(|answer| match answer {
            KeptAnswer::Rebuilt { .. } => 201,
            KeptAnswer::Stored(answer) => answer.status,
        }),
        answer_shape: answer.and_then(|answer| match answer {
            KeptAnswer::Rebuilt { shape } => Some(*shape),
            KeptAnswer::Stored(_) => None,
        }),
        answer_body: answer.and_then(|answer| match answer {
            KeptAnswer::Rebuilt { .. } => None,
            KeptAnswer::Stored(answer) => Some(answer.body.as_str()),
        }),
    };
    let rows: Vec<FinishedRow<'_>> = orders.into_iter().map(row).collect();
    Write::new(&FINISH, [FinishedRow::bind(&rows)])
}

/// The orders that were placed under these keys, see [`super::keys`].
pub(super) static OF_KEYS: Sql = Sql::new("order.of-keys", || {
    format!(
        "SELECT {} FROM orders JOIN (SELECT value ->> 0 AS scope, value ->> 1 AS key FROM {{rows}}) AS asked \
         ON orders.key_scope = asked.scope AND orders.key = asked.key",
        kernel_db::columns::<super::entity::order::Entity>()
    )
});

#[derive(Rows)]
pub(super) struct AskedKey<'a> {
    scope: &'a str,
    key: &'a str,
}

impl<'a> From<&'a Key> for AskedKey<'a> {
    fn from(key: &'a Key) -> Self {
        Self { scope: &key.scope, key: &key.key }
    }
}
