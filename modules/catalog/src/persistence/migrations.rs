//! The steps that make the tables of catalog. A step is only ever added: databases remember those that they have had.

use kernel_module::Step;

mod search;

pub(crate) fn steps() -> Vec<Step> {
    vec![
        Step::kernel(),
        Step::own("m0002_catalog", include_str!("../../migrations/m0002_catalog.sql")),
        Step::number_outbox(),
        Step::number_news(),
        Step::numbered_in_turn(),
        Step::own_by("m0050_search", search::search),
        Step::tenure(),
        Step::own_by("m0051_search_ranges", search::ranges),
    ]
}
