//! The tables of payment.

use kernel_db::Dialect;
use sea_orm_migration::prelude::*;

use crate::step::Step;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Step::kernel(),
            Step::own("m0002_payment", include_str!("payment/m0002_payment.sql")),
            Step::number_outbox(),
            Step::number_news(),
            Step::own_by("m0005_payment", without_foreign_keys),
            Step::numbered_in_turn(),
            Step::own("m0040_refund_refusal", include_str!("payment/m0040_refund_refusal.sql")),
            Step::own("m0070_payment_trace", include_str!("payment/m0070_payment_trace.sql")),
            Step::own("m0030_payment_inbox", INBOX),
            Step::tenure(),
        ]
    }
}

/// Those that are deleted one day, the oldest first.
const INBOX: &str = "CREATE INDEX webhook_processed ON webhook_inbox (received_at) WHERE processed IS NOT NULL;";

/// Whoever writes a movement or an attempt has just written, or locked, what it belongs to, and nothing is ever deleted.
/// Proving that again for each row took Postgres longer than writing the row, and locked the row that it belongs to; on
/// SQLite it costs a look, and stays. `banyan check` proves it on both.
fn without_foreign_keys(dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => String::new(),
        Dialect::Postgres => "ALTER TABLE ledger DROP CONSTRAINT ledger_attempt_id_fkey; \
                              ALTER TABLE attempt DROP CONSTRAINT attempt_payment_id_fkey;"
            .to_owned(),
    }
}
