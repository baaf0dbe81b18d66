//! The steps that make the tables of order. A step is only ever added: databases remember those that they have had.

use kernel_module::Step;

pub(crate) fn steps() -> Vec<Step> {
    vec![Step::kernel(), Step::own("m0001_order", include_str!("../../../../migrations/order/m0001_order.sql"))]
}
