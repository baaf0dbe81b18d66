//! The steps that make the tables of inventory. A step is only ever added: databases remember those that they have had.

use kernel_module::Step;

pub(crate) fn steps() -> Vec<Step> {
    vec![
        Step::kernel(),
        Step::own("m0002_inventory", include_str!("../../migrations/m0002_inventory.sql")),
        Step::number_outbox(),
        Step::number_news(),
        Step::numbered_in_turn(),
        Step::own("m0030_inventory_unpaid", include_str!("../../migrations/m0030_inventory_unpaid.sql")),
        Step::tenure(),
    ]
}
