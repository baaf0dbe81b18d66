//! Turns a cart into an order.

use std::sync::Arc;

use kernel::CartId;
use kernel_db::idempotency::Answer;

use super::{
    Orders,
    place::{Asked, Place, Purchase},
};
use crate::error::{CartRefusal, OrderError};

impl Orders {
    /// Places an order of what the cart holds. A cart becomes one order, or none: when the order comes to nothing,
    /// the cart may be changed and checked out again.
    pub(crate) async fn check_out(
        self: &Arc<Self>,
        cart: CartId,
        asked: Asked,
        purchase: Purchase,
    ) -> Result<Answer, OrderError> {
        if let Some(kept) = self.answered(&asked.key).await? {
            return Ok(self.reveal(kept));
        }
        let cart = self.find_cart(cart).await?;
        if cart.order.is_some() {
            return Err(CartRefusal::CheckedOut.into());
        }
        if cart.lines.is_empty() {
            return Err(CartRefusal::Empty.into());
        }
        let seen = Some((cart.id, cart.version));
        self.place(Place { asked, purchase, lines: cart.lines, cart: seen }).await
    }
}
