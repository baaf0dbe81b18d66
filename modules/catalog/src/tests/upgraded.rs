//! A store that was written by the version before the full-text index.

use std::fmt::Write as _;

use serde_json::json;

use super::{Shop, everywhere, mug};

impl Shop {
    async fn runs(&self, sql: &'static str) -> u64 {
        self.db.transact(|tx| async move { tx.run(sql, []).await }).await.unwrap()
    }

    /// Leaves the tables as the migration leaves them: rows in the index with the older keys, and no terms.
    async fn as_before(&self) {
        self.runs("UPDATE product SET indexed = 0, title_key = lower(title), words = ' ' || lower(title)").await;
        self.runs("UPDATE search_doc SET title_key = (SELECT title_key FROM product p WHERE p.id = product_id)").await;
        self.runs("UPDATE shelf SET title_key = (SELECT title_key FROM product p WHERE p.id = product_id)").await;
        match self.db.dialect() {
            kernel_db::Dialect::Sqlite => self.runs("DELETE FROM search_text").await,
            kernel_db::Dialect::Postgres => self.runs("UPDATE search_doc SET terms = ''").await,
        };
    }

    async fn broken_rules(&self) -> Vec<String> {
        self.events().await;
        let checks = kernel_module::Module::check(&self.catalog).await.unwrap();
        checks.into_iter().filter(|check| !check.holds()).map(|check| check.rule).collect()
    }
}

#[actix_web::test]
async fn an_older_store_is_searched_before_and_after_it_is_indexed() {
    everywhere(async |shop| {
        let mut rows = "sku,title,price,category\n".to_owned();
        for number in 0..450 {
            let _ = writeln!(rows, "S{number},Cup number {number:03},1,Cups");
        }
        rows.push_str("Z,Zebra cup,1,Cups\nE,Éclair cup,1,Cups\n");
        shop.imports(&rows).await;
        shop.as_before().await;
        // As the version before wrote it; not every database knows the lower case of É.
        shop.runs("UPDATE product SET words = ' cup éclair' WHERE slug = 'eclair-cup'").await;

        let shop = Shop::with_config(shop.db.clone(), crate::Config::for_testing());
        assert_eq!(shop.broken_rules().await, Vec::<String>::new(), "an index that is behind is no damage");
        assert_eq!(shop.finds("query=zebra", 9).await, ["Zebra cup"]);
        assert_eq!(shop.finds("query=%C3%89clair", 9).await, ["Éclair cup"]);
        assert_eq!(shop.finds("query=cup&sort=price&category=cups", 100).await.len(), 452);
        assert_eq!(shop.finds("query=cup", 100).await.len(), 452);
        shop.sells(&mug("New cup", "NEW", 1)).await;
        assert_eq!(shop.finds("query=new", 9).await, ["New cup"]);

        let mut batches = 0;
        while shop.catalog.index_some().await.unwrap() > 0 {
            batches += 1;
            assert_eq!(shop.finds("query=cup", 100).await.len(), 453, "after {batches} batches");
        }
        assert_eq!(batches, 3);
        assert_eq!(shop.broken_rules().await, Vec::<String>::new());
        assert_eq!(shop.finds("query=eclair", 9).await, ["Éclair cup"]);
        assert_eq!(shop.finds("query=new", 9).await, ["New cup"]);
        let names = shop.finds("sort=name&category=cups", 100).await;
        assert_eq!((names.len(), names[450].as_str(), names[451].as_str()), (452, "Éclair cup", "Zebra cup"));
        let slugs = shop.read("/products?query=eclair").await["items"][0]["slug"].clone();
        assert_eq!(slugs, json!("eclair-cup"));
    })
    .await;
}

/// The version before may still run beside this one, while an upgrade goes on.
#[actix_web::test]
async fn what_an_older_process_writes_is_indexed_afterwards() {
    everywhere(async |shop| {
        shop.sells(&mug("Red mug", "M", 100)).await;
        assert_eq!(shop.finds("query=red", 9).await, ["Red mug"]);
        shop.runs("UPDATE product SET title = 'Blue mug', title_key = 'blue mug', words = ' blue m mug', version = version + 1").await;
        assert_eq!(shop.catalog.index_some().await.unwrap(), 1);
        assert_eq!(shop.finds("query=blue", 9).await, ["Blue mug"]);
        assert_eq!(shop.finds("query=red", 9).await, Vec::<String>::new());
        assert_eq!(shop.catalog.index_some().await.unwrap(), 0);

        // It made one that this process changes before it is indexed.
        shop.as_before().await;
        let id = shop.read("/products/M").await["id"].as_str().unwrap().to_owned();
        shop.admin(actix_web::http::Method::PUT, &format!("/admin/products/{id}"), &mug("Blue mug", "M", 300)).await;
        assert_eq!(shop.catalog.index_some().await.unwrap(), 1, "a new price does not make the terms");
        assert_eq!(shop.finds("query=blue", 9).await, ["Blue mug"]);
    })
    .await;
}
