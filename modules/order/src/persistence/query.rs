//! Reads orders.

use std::collections::HashMap;

use kernel::{Currency, DateTime, Limit, Money, OrderId, Page, PaymentId, Sku, Utc};
use kernel_db::{DbError, dialect};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{cell, id_cell, json, parsed, select};
use crate::domain::{
    Line, Order, OrderState, PaymentFacts, Status, Terms, money::PaymentStage, promise::PromiseStatus,
};

const ORDER: &str = "SELECT number, id, status, email, currency, total, note, shipping_address, rejection, payment_id, \
                     payment_stage, authorized, captured, refunded, version, created_at, updated_at FROM orders";

const LINE: &str = "SELECT order_id, number, sku, title, quantity, unit_price, fulfilled, returned_shipped, \
                    returned_unshipped FROM order_line";

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
        let mut sql = format!("{ORDER} WHERE number < ?");
        let before: Value = self.before.unwrap_or(i64::MAX).into();
        let mut values = vec![before.clone()];
        let mut and = |text: &str, value: Option<Value>| {
            if let Some(value) = value {
                sql.push_str(text);
                values.extend(std::iter::repeat_n(value, text.matches('?').count()));
            }
        };
        and(" AND number = ?", self.number.map(Into::into));
        match self.status.map(list_of) {
            Some(Some(list)) => {
                // A range of the index and no equality: so it is the only way to the list's order, whatever the planner
                // believes of how many orders have the status.
                and(
                    &format!(" AND (listed_as, number) > ('{list}', 0) AND (listed_as, number) < ('{list}', ?)"),
                    Some(before),
                );
            }
            // There is no value in it.
            Some(None) => and(" AND id IN (SELECT order_id FROM placement)", Some(before)),
            None => {}
        }
        and(" AND status = ?", self.status.map(|status| status.as_str().into()));
        and(" AND email_folded = ?", self.email.as_deref().map(Into::into));
        and(
            " AND id IN (SELECT order_id FROM order_line WHERE sku = ?)",
            self.sku.as_ref().map(|sku| sku.as_str().into()),
        );
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
        sql.push_str(if is_list { " ORDER BY listed_as DESC, number DESC" } else { " ORDER BY number DESC" });
        sql.push_str(" LIMIT ?");
        (sql, values)
    }
}

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
    let Some(row) = orders.first() else { return Ok(None) };
    let lines = select(connection, &format!("{LINE} WHERE order_id = ? ORDER BY number"), [id.uuid().into()]).await?;
    let currency = parsed(row, 4, "currency")?;
    let lines = lines.iter().map(|row| line(row, currency)).collect::<Result<_, _>>()?;
    restore(row, lines).map(Some)
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
    let mut lines = lines_of(connection, &rows.items).await?;
    let order = |row: &QueryResult| restore(row, lines.remove(&cell(row, 1)?).unwrap_or_default());
    let items = rows.items.iter().map(order).collect::<Result<_, DbError>>()?;
    Ok(Page { items, next_cursor: rows.next_cursor })
}

async fn lines_of<C: ConnectionTrait>(
    connection: &C,
    orders: &[QueryResult],
) -> Result<HashMap<Uuid, Vec<Line>>, DbError> {
    let currency = |row: &QueryResult| Ok::<_, DbError>((cell::<Uuid>(row, 1)?, parsed(row, 4, "currency")?));
    let currencies: HashMap<Uuid, Currency> = orders.iter().map(currency).collect::<Result<_, _>>()?;
    let ids: Vec<_> = currencies.keys().map(|id| (id_cell(*id),)).collect();
    let sql = format!("{LINE} WHERE order_id IN (SELECT {{id}}(value ->> 0) FROM {{rows}}) ORDER BY order_id, number");
    let mut lines: HashMap<Uuid, Vec<Line>> = HashMap::new();
    for row in select(connection, &sql, [dialect::rows(&ids)]).await? {
        let order: Uuid = cell(&row, 0)?;
        if let Some(currency) = currencies.get(&order) {
            lines.entry(order).or_default().push(line(&row, *currency)?);
        }
    }
    Ok(lines)
}

fn restore(row: &QueryResult, lines: Vec<Line>) -> Result<Order, DbError> {
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

fn line(row: &QueryResult, currency: Currency) -> Result<Line, DbError> {
    Ok(Line {
        number: cell(row, 1)?,
        sku: parsed(row, 2, "SKU")?,
        title: cell(row, 3)?,
        quantity: cell(row, 4)?,
        unit_price: Money::new(cell(row, 5)?, currency),
        fulfilled: cell(row, 6)?,
        returned: cell(row, 7)?,
        called_off: cell(row, 8)?,
    })
}
