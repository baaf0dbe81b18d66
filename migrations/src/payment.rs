//! The tables of payment.

use sea_orm_migration::prelude::*;

use crate::step::Step;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Step::kernel(), Step::own("m0001_payment", include_str!("payment/m0001_payment.sql"))]
    }
}
