//! The tables, one file each.

pub(crate) mod called_off;
pub(crate) mod cart;
pub(crate) mod cart_line;
pub(crate) mod fulfilment;
pub(crate) mod goods_return;
pub(crate) mod json;
pub(crate) mod order;
pub(crate) mod order_refund;
pub(crate) mod timeline;
pub(crate) mod unpaid_order;
