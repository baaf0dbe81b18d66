//! The steps that make the tables of inventory. A step is only ever added: databases remember those that they have had.

use kernel_module::Step;

pub(crate) fn steps() -> Vec<Step> {
    vec![
        Step::kernel(),
        Step::own("m0001_inventory", include_str!("../../../../migrations/inventory/m0001_inventory.sql")),
    ]
}
