//! What opens an order, or pays for it, is in no database.

use std::{fs, path::Path};

use super::{
    buyer::{Reply, buy, get},
    fakes::Fault,
    shop::{Shop, on_each_database},
};
use crate::Config;

#[actix_web::test]
async fn no_token_is_in_the_database() {
    let config = Config { answer_within_ms: 300, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        shop.run();
        let paid = buy(&shop, "a", &[("CUP", 1)], "tok_approve").await.expect(201);
        shop.faults.next("authorize", [Fault::Wait]);
        let promised = buy(&shop, "b", &[("CUP", 2)], "tok_approve").await.expect(202);
        shop.faults.go_on();
        buy(&shop, "c", &[("CUP", 2)], "tok_decline").await.expect(402);
        shop.all_ended().await;
        shop.settled().await;
        for (key, first, quantity) in [("a", &paid, 1), ("b", &promised, 2)] {
            let again = buy(&shop, key, &[("CUP", quantity)], "tok_approve").await;
            assert_eq!((again.status, &again.body), (first.status, &first.body), "byte for byte, the token too");
            let path = format!("/orders/{}", first.order());
            get(&path).token(&again.token()).to(&shop).await.expect(200);
        }
        assert!(cells_with(&shop, "ada@example.com").await, "the search finds what is there");
        for token in [paid.token(), promised.token(), "tok_approve".to_owned(), "tok_decline".to_owned()] {
            assert!(!cells_with(&shop, &token).await, "{token}");
        }
        let tokens = [paid, promised].map(|reply: Reply| reply.token());
        let folder = shop.close_and_keep().await;
        for token in tokens.iter().map(String::as_str).chain(["tok_approve", "tok_decline"]) {
            assert!(!files_with(folder.path(), token), "{token}");
        }
    })
    .await;
}

/// As a store of the version before kept its answers.
#[actix_web::test]
async fn a_token_that_was_kept_is_replayed_and_can_be_taken_out() {
    on_each_database(Config::for_testing(), async |shop| {
        let first = buy(&shop, "a", &[("CUP", 1)], "tok_approve").await.expect(201);
        let kept = "UPDATE idempotency SET body = replace(body, '\"order_token\":\"\"', '\"order_token\":\"$\"')";
        shop.execute(&kept.replace('$', &first.token())).await;
        assert!(cells_with(&shop, &first.token()).await);
        assert_eq!(buy(&shop, "a", &[("CUP", 1)], "tok_approve").await.body, first.body);

        shop.execute("DELETE FROM seaql_migrations WHERE version = 'm0030_order_no_tokens'").await;
        assert_eq!(kernel_module::migrate(&shop.db, crate::persistence::migrations::steps()).await.unwrap(), 1);
        assert!(!cells_with(&shop, &first.token()).await);
        assert_eq!(buy(&shop, "a", &[("CUP", 1)], "tok_approve").await.body, first.body);
        shop.close().await;
    })
    .await;
}

/// Whether `text` stands in any cell of any table.
async fn cells_with(shop: &Shop, text: &str) -> bool {
    for table in shop.tables().await {
        let sql = match shop.db.dialect() {
            kernel_db::Dialect::Postgres => {
                format!("SELECT COUNT(*) FROM {table} AS cells WHERE strpos(cells::text, '{text}') > 0")
            }
            kernel_db::Dialect::Sqlite => {
                let columns = shop.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
                let found = |column: &String| format!("instr(COALESCE(\"{column}\", ''), '{text}') > 0");
                let found: Vec<String> = columns.iter().map(found).collect();
                format!("SELECT COUNT(*) FROM {table} WHERE {}", found.join(" OR "))
            }
        };
        if shop.count(&sql).await > 0 {
            return true;
        }
    }
    false
}

/// Whether `text` stands anywhere in the files of `folder`, also where rows were once.
fn files_with(folder: &Path, text: &str) -> bool {
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}
