//! The tables of catalog.

use sea_orm_migration::prelude::*;

use crate::step::Step;

mod search;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Step::kernel(), Step::own_by("m0001_catalog", search::tables)]
    }
}
