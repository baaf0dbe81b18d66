//! Keeps what buyers want to give back, and what the shop made of it.

use kernel::{Currency, Limit, Money, OrderId, Page, RefundId, ReturnId};
use kernel_db::{DbError, Tx};
use order_contract::ReturnedLine;
use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::{cell, json, parsed, select, to_json};
use crate::domain::{
    Return, Units, order,
    returns::{Decision, Progress, ReturnStatus, ReturnTerms},
};

const COLUMNS: &str = "goods_return.id, goods_return.order_id, refund_id, amount, goods_return.lines, restock, reason, actor, \
                       goods_return.created_at, goods_return.status, received, decided_by, decided_at, decision, accepted";

/// A return, and what people call its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) back: Return,
    pub(crate) number: String,
}

pub(crate) async fn insert(tx: &Tx, back: &Return) -> Result<(), DbError> {
    let sql = "INSERT INTO goods_return (id, order_id, refund_id, amount, lines, restock, reason, actor, created_at, \
               status, received, decided_by, decided_at, decision, accepted) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let lines: Vec<ReturnedLine> = back
        .units
        .iter()
        .map(|(sku, quantity)| ReturnedLine { sku: sku.clone(), quantity, shipped: quantity })
        .collect();
    let terms: [Value; 9] = [
        back.id.uuid().into(),
        back.order.uuid().into(),
        back.refund.uuid().into(),
        back.amount.minor().into(),
        to_json(Some(&lines), "return")?.into(),
        i64::from(back.restock).into(),
        back.reason.as_str().into(),
        back.by.as_str().into(),
        back.at.into(),
    ];
    let accepted: Value = back.accepted.minor().into();
    tx.run(sql, terms.into_iter().chain(progress(back)?).chain([accepted])).await?;
    Ok(())
}

/// Writes how far the return has come.
pub(crate) async fn save(tx: &Tx, back: &Return) -> Result<(), DbError> {
    let sql = "UPDATE goods_return SET status = ?, received = ?, decided_by = ?, decided_at = ?, decision = ?, amount = ? \
               WHERE id = ?";
    let rest: [Value; 2] = [back.amount.minor().into(), back.id.uuid().into()];
    tx.run(sql, progress(back)?.into_iter().chain(rest)).await?;
    Ok(())
}

fn progress(back: &Return) -> Result<[Value; 5], DbError> {
    let received = Some(back.received()).filter(|lines| !lines.is_empty());
    let decision = back.decision();
    Ok([
        back.status().as_str().into(),
        to_json(received.map(<[_]>::to_vec).as_ref(), "return")?.into(),
        decision.map(|decision| decision.by.clone()).into(),
        decision.map(|decision| decision.at).into(),
        decision.and_then(|decision| decision.reason.clone()).into(),
    ])
}

/// Whose return it is.
pub(crate) async fn order_of(tx: &Tx, id: ReturnId) -> Result<Option<OrderId>, DbError> {
    let row = tx.row("SELECT order_id FROM goods_return WHERE id = ?", [id.uuid().into()]).await?;
    row.map(|row| cell(&row, 0).map(OrderId::new)).transpose()
}

pub(crate) async fn find<C: ConnectionTrait>(connection: &C, id: ReturnId) -> Result<Option<Numbered>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS}, currency, number FROM goods_return JOIN orders ON orders.id = goods_return.order_id \
         WHERE goods_return.id = ?"
    );
    select(connection, &sql, [id.uuid().into()]).await?.first().map(numbered).transpose()
}

/// Oldest first.
pub(crate) async fn of_order<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
    currency: Currency,
) -> Result<Vec<Return>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM goods_return WHERE order_id = ? ORDER BY created_at, id");
    let rows = select(connection, &sql, [order.uuid().into()]).await?;
    rows.iter().map(|row| read(row, currency)).collect()
}

/// The units of the order's returns that are asked for and not decided.
pub(crate) async fn asked_units(tx: &Tx, order: OrderId) -> Result<Units, DbError> {
    let sql = "SELECT lines FROM goods_return WHERE order_id = ? AND status = 'requested'";
    let mut asked = Vec::new();
    for row in tx.rows(sql, [order.uuid().into()]).await? {
        asked.extend(json::<Vec<ReturnedLine>>(&row, 0, "return")?.unwrap_or_default());
    }
    Ok(asked.into_iter().map(|line| (line.sku, line.quantity)).collect())
}

/// What was given back for the order's returns without a person, in minor units.
pub(crate) async fn accepted_by_itself(tx: &Tx, order: OrderId) -> Result<i64, DbError> {
    let sql = "SELECT CAST(COALESCE(SUM(accepted), 0) AS bigint) FROM goods_return WHERE order_id = ?";
    let row = tx.row(sql, [order.uuid().into()]).await?;
    row.map_or(Ok(0), |row| cell(&row, 0))
}

/// The newest returns first.
pub(crate) async fn page<C: ConnectionTrait>(
    connection: &C,
    status: Option<ReturnStatus>,
    after: Option<ReturnId>,
    limit: Limit,
) -> Result<Page<Numbered>, DbError> {
    let mut sql = format!(
        "SELECT {COLUMNS}, currency, number FROM goods_return JOIN orders ON orders.id = goods_return.order_id WHERE 1 = 1"
    );
    let mut values: Vec<Value> = Vec::new();
    if let Some(status) = status {
        sql.push_str(" AND goods_return.status = ?");
        values.push(status.as_str().into());
    }
    if let Some(after) = after {
        sql.push_str(" AND goods_return.id < ?");
        values.push(after.uuid().into());
    }
    sql.push_str(" ORDER BY goods_return.id DESC LIMIT ?");
    values.push(i64::try_from(limit.and_one()).unwrap_or(i64::MAX).into());
    let rows = select(connection, &sql, values).await?;
    let returns: Vec<Numbered> = rows.iter().map(numbered).collect::<Result<_, _>>()?;
    Ok(Page::cut(returns, limit, |numbered| numbered.back.id))
}

fn numbered(row: &QueryResult) -> Result<Numbered, DbError> {
    let back = read(row, parsed(row, 15, "currency")?)?;
    Ok(Numbered { back, number: order::name_of_row(cell(row, 16)?) })
}

fn read(row: &QueryResult, currency: Currency) -> Result<Return, DbError> {
    let lines: Vec<ReturnedLine> = json(row, 4, "return")?.unwrap_or_default();
    let terms = ReturnTerms {
        id: ReturnId::new(cell(row, 0)?),
        refund: RefundId::new(cell(row, 2)?),
        units: lines.into_iter().map(|line| (line.sku, line.quantity)).collect(),
        restock: cell::<i64>(row, 5)? == 1,
        reason: cell(row, 6)?,
    };
    let by = crate::domain::Act { by: cell(row, 7)?, at: cell(row, 8)? };
    let order = OrderId::new(cell(row, 1)?);
    let mut back = Return::requested(order, terms, Money::new(cell(row, 3)?, currency), &by);
    back.accepted = Money::new(cell(row, 14)?, currency);
    let decided: Option<String> = cell(row, 11)?;
    let decision = match (decided, cell(row, 12)?) {
        (Some(by), Some(at)) => Some(Decision { by, at, reason: cell(row, 13)? }),
        _ => None,
    };
    let received = json(row, 10, "return")?.unwrap_or_default();
    Ok(back.restore(Progress { status: parsed(row, 9, "status of a return")?, received, decision }))
}
