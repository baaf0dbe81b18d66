//! The steps that make the tables of order. A step is only ever added: databases remember those that they have had.

use kernel_db::Dialect;
use kernel_module::Step;

pub(crate) fn steps() -> Vec<Step> {
    vec![
        Step::kernel(),
        Step::own("m0002_order", include_str!("../../migrations/m0002_order.sql")),
        Step::number_outbox(),
        Step::number_news(),
        Step::numbered_in_turn(),
        Step::own("m0020_returns", include_str!("../../migrations/m0020_returns.sql")),
        Step::own("m0021_order_search", include_str!("../../migrations/m0021_order_search.sql")),
        Step::own_by("m0030_order_no_tokens", without_tokens),
        Step::own("m0031_order_unpaid", include_str!("../../migrations/m0031_order_unpaid.sql")),
        Step::tenure(),
    ]
}

/// Answers were kept with the order's token, and a guest's with the id of a cart, which opens it.
fn without_tokens(dialect: Dialect) -> String {
    // A token has 43 characters. In a text that a client sent, the quotes are escaped.
    let tokens = match dialect {
        Dialect::Sqlite => {
            "UPDATE idempotency SET body = substr(body, 1, instr(body, '\"order_token\":\"') + 14) \
             || substr(body, instr(body, '\"order_token\":\"') + 58) WHERE instr(body, '\"order_token\":\"') > 0;"
        }
        Dialect::Postgres => {
            "UPDATE idempotency SET body = regexp_replace(body, '\"order_token\":\"[^\"]{43}\"', '\"order_token\":\"\"') \
             WHERE strpos(body, '\"order_token\":\"') > 0;"
        }
    };
    format!("{tokens} DELETE FROM idempotency WHERE scope = 'guest' AND fingerprint LIKE 'open cart %';")
}
