//! Keeps carts.

use kernel::{CartId, DateTime, OrderId, Utc};
use kernel_db::{DbError, Tx};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{cell, parsed, select};
use crate::domain::Wanted;

/// What someone thinks of buying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cart {
    pub(crate) id: CartId,
    /// Counts the changes, so that a checkout takes what its buyer saw.
    pub(crate) version: i64,
    /// The order that it became.
    pub(crate) order: Option<OrderId>,
    pub(crate) lines: Vec<Wanted>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

pub(crate) async fn insert(tx: &Tx, cart: &Cart) -> Result<(), DbError> {
    let sql = "INSERT INTO cart (id, version, created_at, expires_at) VALUES (?, ?, ?, ?)";
    let values = [cart.id.uuid().into(), cart.version.into(), cart.created_at.into(), cart.expires_at.into()];
    tx.run(sql, values).await?;
    Ok(())
}

/// The cart, unless it has expired.
pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    id: CartId,
    now: DateTime<Utc>,
) -> Result<Option<Cart>, DbError> {
    find_with(connection, id, now, "").await
}

/// The cart as it is now, and as it stays until the transaction ends.
pub(crate) async fn lock(tx: &Tx, id: CartId) -> Result<Option<Cart>, DbError> {
    find_with(tx, id, tx.seams().now(), "{for_update}").await
}

async fn find_with<C: ConnectionTrait>(
    connection: &C,
    id: CartId,
    now: DateTime<Utc>,
    lock: &str,
) -> Result<Option<Cart>, DbError> {
    let sql =
        format!("SELECT version, order_id, created_at, expires_at FROM cart WHERE id = ? AND expires_at > ? {lock}");
    let carts = select(connection, &sql, [id.uuid().into(), now.into()]).await?;
    let Some(row) = carts.first() else { return Ok(None) };
    let sql = "SELECT sku, quantity FROM cart_line WHERE cart_id = ? ORDER BY added_at, sku";
    let lines = select(connection, sql, [id.uuid().into()]).await?;
    let wanted = |row| Ok(Wanted { sku: parsed(row, 0, "SKU")?, quantity: cell(row, 1)? });
    Ok(Some(Cart {
        id,
        version: cell(row, 0)?,
        order: cell::<Option<Uuid>>(row, 1)?.map(OrderId::new),
        lines: lines.iter().map(wanted).collect::<Result<_, DbError>>()?,
        created_at: cell(row, 2)?,
        expires_at: cell(row, 3)?,
    }))
}

/// Sets how many units of `sku` the cart holds; none removes the line. Counts the change and puts the expiry off.
pub(crate) async fn set_line(
    tx: &Tx,
    cart: CartId,
    Wanted { sku, quantity }: &Wanted,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    if *quantity == 0 {
        let sql = "DELETE FROM cart_line WHERE cart_id = ? AND sku = ?";
        tx.run(sql, [cart.uuid().into(), sku.as_str().into()]).await?;
    } else {
        let sql = "INSERT INTO cart_line (cart_id, sku, quantity, added_at) VALUES (?, ?, ?, ?) \
                   ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity";
        let added_at = tx.seams().now();
        tx.run(sql, [cart.uuid().into(), sku.as_str().into(), (*quantity).into(), added_at.into()]).await?;
    }
    let sql = "UPDATE cart SET version = version + 1, expires_at = ? WHERE id = ?";
    tx.run(sql, [expires_at.into(), cart.uuid().into()]).await?;
    Ok(())
}

/// Marks the cart as having become `order`. `false` when it has become one before, has changed since `version`,
/// or is gone: a cart checks out once.
pub(crate) async fn check_out(tx: &Tx, cart: CartId, version: i64, order: OrderId) -> Result<bool, DbError> {
    let sql = "UPDATE cart SET order_id = ? WHERE id = ? AND version = ? AND order_id IS NULL AND expires_at > ?";
    let values = [order.uuid().into(), cart.uuid().into(), version.into(), tx.seams().now().into()];
    Ok(tx.run(sql, values).await? == 1)
}

/// The order came to nothing: its buyer may change the cart and try again.
pub(crate) async fn give_back(tx: &Tx, cart: CartId) -> Result<(), DbError> {
    tx.run("UPDATE cart SET order_id = NULL WHERE id = ?", [cart.uuid().into()]).await?;
    Ok(())
}

/// `false` when it was not there.
pub(crate) async fn delete(tx: &Tx, cart: CartId) -> Result<bool, DbError> {
    Ok(tx.run("DELETE FROM cart WHERE id = ?", [cart.uuid().into()]).await? == 1)
}

pub(crate) const SWEEP: &str = "DELETE FROM cart WHERE id IN \
                                (SELECT id FROM cart WHERE expires_at <= ? ORDER BY expires_at LIMIT ? {skip_locked})";

/// Deletes at most `limit` carts that have expired; answers how many.
pub(crate) async fn sweep(tx: &Tx, limit: i64) -> Result<u64, DbError> {
    tx.run(SWEEP, [tx.seams().now().into(), limit.into()]).await
}
