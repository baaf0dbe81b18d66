//! Reads orders.

use kernel::{DateTime, Limit, Money, OrderId, Page, PaymentId, Sku, Utc};
use kernel_db::DbError;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult as _, QueryFilter as _, QuerySelect as _,
    Value,
};

use super::{entity::order, from_json, lines::BLOCK, select, text};
use crate::domain::{Order, OrderState, PaymentFacts, Status, Terms, money::PaymentStage, promise::PromiseStatus};

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
        let mut sql = format!("SELECT {} FROM orders WHERE number < ?", order_columns());
        if let Some(sku) = &self.sku {
            let last = self.before.unwrap_or(i64::MAX) / BLOCK;
            sql = format!("SELECT {} FROM orders {WITH_SKU}", order_columns());
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
            Some(None) => and(IN_CHECKOUT, Some(before)),
            Some(Some(_)) | None => {}
        }
        and(" AND status = ?", self.status.map(|status| status.as_str().into()));
        and(" AND email_folded = ?", self.email.as_deref().map(Into::into));
        and(" AND created_at >= ?", self.from.map(Into::into));
        and(" AND created_at < ?", self.until.map(Into::into));
        let refund = self.refund.map(|status| status.as_str().into());
        and(" AND orders.id IN (SELECT order_id FROM order_refund WHERE order_refund.status = ?)", refund);
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

fn order_columns() -> String {
    kernel_db::columns::<order::Entity>()
}

/// The orders with a line of a SKU, by the blocks that have it: see the table `order_sku`.
const WITH_SKU: &str = "JOIN order_sku ON number >= block * 1024 AND number < block * 1024 + 1024 WHERE sku = ? AND block <= ? \
                        AND EXISTS (SELECT 1 FROM {each}(orders.lines) AS line WHERE line.value ->> 'sku' = ?) \
                        AND number < ?";

/// The few orders that are in checkout, by their index.
const IN_CHECKOUT: &str = " AND number IN (SELECT few.number FROM orders AS few WHERE few.due_at IS NOT NULL)";

/// Under which name orders with `status` are listed, see the table; `None` for orders that are placed. Those are the few that
/// are in checkout, and are found by that, among many that are listed as open.
const fn list_of(status: Status) -> Option<&'static str> {
    match status {
        Status::Placed => None,
        Status::Confirmed => Some("open"),
        Status::Fulfilled | Status::Cancelled | Status::Rejected => Some(status.as_str()),
    }
}

/// The order that the database counted so.
pub(crate) async fn id_of<C: ConnectionTrait>(connection: &C, number: i64) -> Result<Option<OrderId>, DbError> {
    let found = order::Entity::find_by_id(number).select_only().column(order::Column::Id);
    Ok(found.into_tuple().one(connection).await?.map(OrderId::new))
}

pub(crate) async fn order<C: ConnectionTrait>(connection: &C, id: OrderId) -> Result<Option<Order>, DbError> {
    row(connection, id).await?.map(restore).transpose()
}

pub(super) async fn row<C: ConnectionTrait>(connection: &C, id: OrderId) -> Result<Option<order::Model>, DbError> {
    Ok(order::Entity::find().filter(order::Column::Id.eq(id.uuid())).one(connection).await?)
}

/// The newest orders first.
pub(crate) async fn page<C: ConnectionTrait>(
    connection: &C,
    filter: &Filter,
    limit: Limit,
) -> Result<Page<Order>, DbError> {
    let (sql, mut values) = filter.select();
    values.push(i64::try_from(limit.and_one()).unwrap_or(i64::MAX).into());
    let rows = select(connection, &sql, values).await?;
    let rows: Vec<_> = rows.iter().map(|row| order::Model::from_query_result(row, "")).collect::<Result<_, _>>()?;
    let rows = Page::cut(rows, limit, |row| row.number);
    let items = rows.items.into_iter().map(restore).collect::<Result<_, DbError>>()?;
    Ok(Page { items, next_cursor: rows.next_cursor })
}

pub(super) fn restore(row: order::Model) -> Result<Order, DbError> {
    let currency = text("currency", &row.currency)?;
    let payment = payment(&row)?;
    let standing = OrderState {
        status: text("status", &row.status)?,
        rejection: from_json("rejection", row.rejection.as_deref())?,
        version: row.version,
        updated_at: row.updated_at,
        confirmed_at: row.confirmed_at,
        is_in_checkout: row.saga.is_some(),
    };
    let terms = Terms {
        number: row.number,
        id: OrderId::new(row.id),
        email: row.email,
        total: Money::new(row.total, currency),
        note: row.note,
        shipping_address: from_json("address", row.shipping_address.as_deref())?,
        placed_by: row.placed_by,
        created_at: row.created_at,
    };
    Ok(Order::restore(terms, row.lines.into_lines(currency), standing, payment))
}

fn payment(row: &order::Model) -> Result<PaymentFacts, DbError> {
    Ok(PaymentFacts {
        id: row.payment_id.map(PaymentId::new),
        stage: stage(row.payment_stage)?,
        authorized: row.authorized,
        captured: row.captured,
        refunded: row.refunded,
        authorized_at: row.authorized_at,
        captured_at: row.captured_at,
    })
}

pub(super) fn stage(rank: i64) -> Result<PaymentStage, DbError> {
    PaymentStage::of_rank(rank).ok_or_else(|| DbError::corrupt("payment stage", rank))
}
