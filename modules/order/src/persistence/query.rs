//! Reads orders.

use kernel::{DateTime, Limit, Money, OrderId, Page, PaymentId, Sku, Utc};
use kernel_db::DbError;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{
    cell, json,
    lines::{self, BLOCK},
    parsed, select,
};
use crate::domain::{Order, OrderState, PaymentFacts, Status, Terms, money::PaymentStage, promise::PromiseStatus};

const ORDER: &str = "SELECT number, id, status, email, currency, total, note, shipping_address, rejection, payment_id, \
                     payment_stage, authorized, captured, refunded, version, created_at, updated_at, CAST(lines AS text) AS lines FROM orders";

/// Which orders a list shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) status: Option<Status>,
    /// As [`kernel::fold_email`] makes it.
    pub(crate) email: Option<String>,
    /// The order that is counted so; people see it plus one million.
    pub(crate) number: Option<i64>,
    /// Orders with a line of it.
    pub(crate) sku: Option<Sku>,
    /// Placed then or later.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Placed before.
    pub(crate) until: Option<DateTime<Utc>>,
    /// Orders with a refund that stands so.
    pub(crate) refund: Option<PromiseStatus>,
    /// Only orders with a smaller number.
    pub(crate) before: Option<i64>,
}

impl Filter {
    /// The orders' rows, each found by an index where there is one.
    pub(crate) fn condition(&self) -> (String, Vec<Value>) {
        let before: Value = self.before.unwrap_or(i64::MAX).into();
        let mut values = vec![before.clone()];
        let mut sql = format!("{ORDER} WHERE number < ?");
        if let Some(sku) = &self.sku {
            let last = self.before.unwrap_or(i64::MAX) / BLOCK;
            sql = format!("{ORDER} {WITH_SKU}");
            values = vec![sku.as_str().into(), last.into(), sku.as_str().into(), before.clone()];
        }
        let mut and = |text: &str, value: Option<Value>| {
            if let Some(value) = value {
                sql.push_str(text);
                values.extend(std::iter::repeat_n(value, text.matches('?').count()));
            }
        };
        and(" AND number = ?", self.number.map(Into::into));
        match self.status.map(list_of) {
            Some(Some(list)) if self.sku.is_none() => {
                // A range of the index and no equality: so it is the only way to the list's order, whatever the planner
                // believes of how many orders have the status.
                and(
                    &format!(" AND (listed_as, number) > ('{list}', 0) AND (listed_as, number) < ('{list}', ?)"),
                    Some(before),
                );
            }
            // There is no value in it.
            Some(None) => and(" AND id IN (SELECT order_id FROM placement)", Some(before)),
            Some(Some(_)) | None => {}
        }
        and(" AND status = ?", self.status.map(|status| status.as_str().into()));
        and(" AND email_folded = ?", self.email.as_deref().map(Into::into));
        and(" AND created_at >= ?", self.from.map(Into::into));
        and(" AND created_at < ?", self.until.map(Into::into));
        let refund = self.refund.map(|status| status.as_str().into());
        and(" AND id IN (SELECT order_id FROM order_refund WHERE order_refund.status = ?)", refund);
        (sql, values)
    }

    /// A page of them, the newest first; one more value says how many.
    pub(crate) fn select(&self) -> (String, Vec<Value>) {
        let (mut sql, values) = self.condition();
        let is_list = self.status.is_some_and(|status| list_of(status).is_some());
        sql.push_str(match (&self.sku, is_list) {
            (Some(_), _) => " ORDER BY block DESC, number DESC LIMIT ?",
            (None, true) => " ORDER BY listed_as DESC, number DESC LIMIT ?",
            (None, false) => " ORDER BY number DESC LIMIT ?",
        });
        (sql, values)
    }
}

/// The orders with a line of a SKU, by the blocks that have it: see the table `order_sku`.
const WITH_SKU: &str = "JOIN order_sku ON number >= block * 1024 AND number < block * 1024 + 1024 WHERE sku = ? AND block <= ? \
                        AND EXISTS (SELECT 1 FROM {each}(orders.lines) AS line WHERE line.value ->> 'sku' = ?) \
                        AND number < ?";

/// Under which name orders with `status` are listed, see the table; `None` for orders that are placed. Those are the few that
/// have a placing, and are found by it, among many that are listed as open.
const fn list_of(status: Status) -> Option<&'static str> {
    match status {
        Status::Placed => None,
        Status::Confirmed => Some("open"),
        Status::Fulfilled | Status::Cancelled | Status::Rejected => Some(status.as_str()),
    }
}

/// The order that the database counted so.
pub(crate) async fn id_of<C: ConnectionTrait>(connection: &C, number: i64) -> Result<Option<OrderId>, DbError> {
    let rows = select(connection, "SELECT id FROM orders WHERE number = ?", [number.into()]).await?;
    rows.first().map(|row| cell(row, 0).map(OrderId::new)).transpose()
}

pub(crate) async fn order<C: ConnectionTrait>(connection: &C, id: OrderId) -> Result<Option<Order>, DbError> {
    order_with(connection, id, "").await
}

/// `lock` is nothing or `{for_update}`.
pub(super) async fn order_with<C: ConnectionTrait>(
    connection: &C,
    id: OrderId,
    lock: &str,
) -> Result<Option<Order>, DbError> {
    let orders = select(connection, &format!("{ORDER} WHERE id = ? {lock}"), [id.uuid().into()]).await?;
    orders.first().map(restore).transpose()
}

/// The newest orders first.
pub(crate) async fn page<C: ConnectionTrait>(
    connection: &C,
    filter: &Filter,
    limit: Limit,
) -> Result<Page<Order>, DbError> {
    let (sql, mut values) = filter.select();
    values.push(i64::try_from(limit.and_one()).unwrap_or(i64::MAX).into());
    let rows = Page::cut(select(connection, &sql, values).await?, limit, |row| cell::<i64>(row, 0).unwrap_or_default());
    let items = rows.items.iter().map(restore).collect::<Result<_, DbError>>()?;
    Ok(Page { items, next_cursor: rows.next_cursor })
}

fn restore(row: &QueryResult) -> Result<Order, DbError> {
    let lines = lines::read(&cell::<String>(row, 17)?, parsed(row, 4, "currency")?)?;
    let terms = Terms {
        number: cell(row, 0)?,
        id: OrderId::new(cell(row, 1)?),
        email: cell(row, 3)?,
        total: Money::new(cell(row, 5)?, parsed(row, 4, "currency")?),
        note: cell(row, 6)?,
        shipping_address: json(row, 7, "address")?,
        created_at: cell(row, 15)?,
    };
    let standing = OrderState {
        status: parsed(row, 2, "status")?,
        rejection: json(row, 8, "rejection")?,
        version: cell(row, 14)?,
        updated_at: cell::<DateTime<Utc>>(row, 16)?,
    };
    Ok(Order::restore(terms, lines, standing, payment(row)?))
}

fn payment(row: &QueryResult) -> Result<PaymentFacts, DbError> {
    let rank: i64 = cell(row, 10)?;
    Ok(PaymentFacts {
        id: cell::<Option<Uuid>>(row, 9)?.map(PaymentId::new),
        stage: PaymentStage::of_rank(rank).ok_or_else(|| DbError::corrupt("payment stage", rank))?,
        authorized: cell(row, 11)?,
        captured: cell(row, 12)?,
        refunded: cell(row, 13)?,
    })
}
