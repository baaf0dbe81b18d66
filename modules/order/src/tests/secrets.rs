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

/// From the pivot on nothing is left of what was needed to pay, though the money is still to be taken.
#[actix_web::test]
async fn a_payment_token_is_gone_with_the_confirmation() {
    on_each_database(Config::for_testing(), async |shop| {
        shop.faults.next("authorize", [Fault::Wait]);
        shop.faults.next("capture", [Fault::Wait]);
        let looking = async {
            shop.placing().await;
            assert!(cells_with(&shop, "tok_approve").await, "it is there before");
            shop.faults.go_on();
            while shop.count("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'").await == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
            let left = cells_with(&shop, "tok_approve").await;
            let hashes = shop.count("SELECT COUNT(*) FROM orders WHERE client IS NOT NULL OR buyer IS NOT NULL").await;
            shop.faults.go_on();
            (left, hashes)
        };
        let (reply, left) = tokio::join!(buy(&shop, "a", &[("CUP", 1)], "tok_approve"), looking);
        reply.expect(201);
        assert_eq!(left, (false, 0));
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
