//! The steps that make the tables of payment. A step is only ever added: databases remember those that they have had.

use kernel_db::Dialect;
use kernel_module::Step;

pub(crate) fn steps() -> Vec<Step> {
    vec![
        Step::kernel(),
        Step::own("m0002_payment", include_str!("../../migrations/m0002_payment.sql")),
        Step::number_outbox(),
        Step::number_news(),
        Step::own_by("m0005_payment", without_foreign_keys),
        Step::numbered_in_turn(),
        Step::own("m0040_refund_refusal", include_str!("../../migrations/m0040_refund_refusal.sql")),
        Step::own("m0070_payment_trace", include_str!("../../migrations/m0070_payment_trace.sql")),
        Step::own("m0030_payment_inbox", "CREATE INDEX webhook_inbox_received ON webhook_inbox (received_at);"),
        Step::tenure(),
    ]
}

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
