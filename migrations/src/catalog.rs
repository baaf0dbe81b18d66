//! The tables of catalog.

use sea_orm_migration::prelude::*;

use crate::step::Step;

mod search;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Step::kernel(),
            Step::own("m0002_catalog", include_str!("catalog/m0002_catalog.sql")),
            Step::number_outbox(),
            Step::number_news(),
            Step::numbered_in_turn(),
            Step::own_by("m0050_search", search::search),
            Step::tenure(),
            Step::own_by("m0051_search_ranges", search::ranges),
        ]
    }
}
