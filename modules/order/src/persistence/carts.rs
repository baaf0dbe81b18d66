//! Keeps carts.

use kernel::{CartId, DateTime, OrderId, Utc};
use kernel_db::{DbError, Tx};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    entity::{cart, cart_line},
    text,
};
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
    let row = cart::Model {
        id: cart.id.uuid(),
        version: cart.version,
        order_id: cart.order.map(OrderId::uuid),
        created_at: cart.created_at,
        expires_at: cart.expires_at,
    };
    cart::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// The cart, unless it has expired.
pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    id: CartId,
    now: DateTime<Utc>,
) -> Result<Option<Cart>, DbError> {
    let found = unexpired(id, now).one(connection).await?;
    with_lines(connection, found).await
}

/// The cart as it is now, and as it stays until the transaction ends.
pub(crate) async fn lock(tx: &Tx, id: CartId) -> Result<Option<Cart>, DbError> {
    let found = unexpired(id, tx.seams().now()).lock_exclusive().one(tx).await?;
    with_lines(tx, found).await
}

fn unexpired(id: CartId, now: DateTime<Utc>) -> Select<cart::Entity> {
    cart::Entity::find_by_id(id.uuid()).filter(cart::Column::ExpiresAt.gt(now))
}

async fn with_lines<C: ConnectionTrait>(connection: &C, found: Option<cart::Model>) -> Result<Option<Cart>, DbError> {
    let Some(row) = found else { return Ok(None) };
    let lines = cart_line::Entity::find().filter(cart_line::Column::CartId.eq(row.id));
    let lines = lines.order_by_asc(cart_line::Column::AddedAt).order_by_asc(cart_line::Column::Sku);
    let wanted = |line: cart_line::Model| Ok(Wanted { sku: text("SKU", &line.sku)?, quantity: line.quantity });
    Ok(Some(Cart {
        id: CartId::new(row.id),
        version: row.version,
        order: row.order_id.map(OrderId::new),
        lines: lines.all(connection).await?.into_iter().map(wanted).collect::<Result<_, DbError>>()?,
        created_at: row.created_at,
        expires_at: row.expires_at,
    }))
}

/// Sets how many units of `sku` the cart holds; none removes the line. Counts the change and puts the expiry off.
pub(crate) async fn set_line(
    tx: &Tx,
    cart: CartId,
    Wanted { sku, quantity }: &Wanted,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    let id = (cart.uuid(), sku.as_str().to_owned());
    if *quantity == 0 {
        cart_line::Entity::delete_by_id(id).exec(tx).await?;
    } else {
        let (cart_id, sku) = id;
        let line = cart_line::Model { cart_id, sku, quantity: *quantity, added_at: tx.seams().now() };
        let again = OnConflict::columns([cart_line::Column::CartId, cart_line::Column::Sku])
            .update_column(cart_line::Column::Quantity)
            .to_owned();
        let line = cart_line::Entity::insert(line.into_active_model()).on_conflict(again);
        line.exec_without_returning(tx).await?;
    }
    let changed = cart::Entity::update_many().filter(cart::Column::Id.eq(cart.uuid()));
    let changed = changed.col_expr(cart::Column::Version, cart::Column::Version.into_expr().add(1));
    changed.col_expr(cart::Column::ExpiresAt, Expr::value(expires_at)).exec(tx).await?;
    Ok(())
}

/// Marks the cart as having become `order`. `false` when it has become one before, has changed since `version`,
/// or is gone: a cart checks out once.
pub(crate) async fn check_out(tx: &Tx, cart: CartId, version: i64, order: OrderId) -> Result<bool, DbError> {
    let marked = cart::Entity::update_many()
        .col_expr(cart::Column::OrderId, Expr::value(order.uuid()))
        .filter(cart::Column::Id.eq(cart.uuid()))
        .filter(cart::Column::Version.eq(version))
        .filter(cart::Column::OrderId.is_null())
        .filter(cart::Column::ExpiresAt.gt(tx.seams().now()));
    Ok(marked.exec(tx).await?.rows_affected == 1)
}

/// The order came to nothing: its buyer may change the cart and try again.
pub(crate) async fn give_back(tx: &Tx, cart: CartId) -> Result<(), DbError> {
    let given = cart::Entity::update_many().col_expr(cart::Column::OrderId, Expr::value(None::<Uuid>));
    given.filter(cart::Column::Id.eq(cart.uuid())).exec(tx).await?;
    Ok(())
}

/// `false` when it was not there.
pub(crate) async fn delete(tx: &Tx, cart: CartId) -> Result<bool, DbError> {
    Ok(cart::Entity::delete_by_id(cart.uuid()).exec(tx).await?.rows_affected == 1)
}

pub(crate) const SWEEP: &str = "DELETE FROM cart WHERE id IN \
                                (SELECT id FROM cart WHERE expires_at <= ? ORDER BY expires_at LIMIT ? {skip_locked})";

/// Deletes at most `limit` carts that have expired; answers how many.
pub(crate) async fn sweep(tx: &Tx, limit: i64) -> Result<u64, DbError> {
    tx.run(SWEEP, [tx.seams().now().into(), limit.into()]).await
}
