//! The tables of order.

use sea_orm_migration::prelude::*;

use crate::step::Step;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Step::kernel(), Step::own("m0001_order", include_str!("order/m0001_order.sql"))]
    }
}
