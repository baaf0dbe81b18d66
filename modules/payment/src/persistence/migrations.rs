//! The steps that make the tables of payment. A step is only ever added: databases remember those that they have had.

use kernel_module::Step;

pub(crate) fn steps() -> Vec<Step> {
    vec![Step::kernel(), Step::own("m0001_payment", include_str!("../../../../migrations/payment/m0001_payment.sql"))]
}
