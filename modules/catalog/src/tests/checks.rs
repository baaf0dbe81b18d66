use actix_web::http::Method;
use kernel_db::DbError;
use kernel_module::Module;
use serde_json::{Value, json};

use super::{Shop, everywhere, mug, with};

async fn broken(shop: &Shop) -> Vec<String> {
    shop.events().await;
    let checks = shop.catalog.check().await.unwrap();
    assert!(checks.len() >= 13);
    checks.into_iter().filter(|check| !check.holds()).map(|check| check.rule).collect()
}

#[actix_web::test]
async fn sound_data_is_found_sound_and_each_damage_is_named() {
    everywhere(async |shop| {
        assert_eq!(broken(&shop).await, Vec::<String>::new());
        shop.imports("sku,title,price,category\nA,Mug,1,Home > Cups\nB,Cup,2,Home\nC,Pot,3,Garden\n").await;
        let made = shop.sells(&with(mug("Old", "D", 4), &json!({ "categories": ["home"] }))).await;
        shop.admin(Method::DELETE, &format!("/admin/products/{}", made["id"].as_str().unwrap()), &Value::Null).await;
        assert_eq!(broken(&shop).await, Vec::<String>::new());

        for (damage, mend, rule) in [
            (
                "UPDATE product SET price = 7 WHERE slug = 'pot'",
                "UPDATE product SET price = 300 WHERE slug = 'pot'",
                "catalog: every product's price is that of its cheapest variant",
            ),
            (
                "UPDATE product SET currency = 'EUR' WHERE slug = 'mug'",
                "UPDATE product SET currency = 'GBP' WHERE slug = 'mug'",
                "catalog: the variants of a product are priced in its currency",
            ),
            (
                "UPDATE shelf SET title_key = 'x' WHERE product_id = (SELECT id FROM product WHERE slug = 'cup')",
                "UPDATE shelf SET title_key = (SELECT title_key FROM product WHERE slug = 'cup') WHERE title_key = 'x'",
                "catalog: every shelf says what its product says",
            ),
            (
                "UPDATE search_doc SET price = 7 WHERE product_id = (SELECT id FROM product WHERE slug = 'cup')",
                "UPDATE search_doc SET price = 200 WHERE price = 7",
                "catalog: every row of the search index says what its product says",
            ),
            (
                "UPDATE product SET status = 'draft' WHERE slug = 'cup'",
                "UPDATE product SET status = 'active' WHERE slug = 'cup'",
                "catalog: the search index has every active product as such",
            ),
            (
                "UPDATE category SET parent = (SELECT number FROM category WHERE slug = 'cups') WHERE slug = 'home'",
                "UPDATE category SET parent = NULL WHERE slug = 'home'",
                "catalog: every category can be reached from a root",
            ),
            (
                "UPDATE product SET version = version + 1 WHERE slug = 'mug'",
                "UPDATE product SET version = version - 1 WHERE slug = 'mug'",
                "catalog: the versions of all products add up to the events published",
            ),
            (
                "UPDATE variant SET place = 1 WHERE sku = 'A'",
                "UPDATE variant SET place = 0 WHERE sku = 'A'",
                "catalog: every product has a first variant",
            ),
        ] {
            let run = async |sql: &'static str| {
                let done = shop.db.transact(|tx| async move { tx.run(sql, []).await }).await.unwrap();
                assert_eq!(done, 1, "{sql}");
            };
            run(damage).await;
            assert!(broken(&shop).await.contains(&rule.to_owned()), "{damage}");
            run(mend).await;
            assert_eq!(broken(&shop).await, Vec::<String>::new(), "{mend}");
        }
    })
    .await;
}

/// What belongs to a product or a category cannot be without it.
#[actix_web::test]
async fn a_row_without_what_it_belongs_to_is_refused() {
    everywhere(async |shop| {
        shop.imports("sku,title,price,category\nA,Mug,1,Home > Cups\nB,Cup,2,Home\n").await;
        for sql in [
            "UPDATE search_doc SET product_id = (SELECT id FROM category WHERE slug = 'home') \
             WHERE product_id = (SELECT id FROM product WHERE slug = 'cup')",
            "UPDATE shelf SET product_id = (SELECT id FROM category WHERE slug = 'home') \
             WHERE product_id = (SELECT id FROM product WHERE slug = 'cup')",
            "UPDATE shelf SET category = 1000",
            "UPDATE variant SET product_id = (SELECT id FROM category WHERE slug = 'home')",
            "UPDATE category SET parent = 1000",
            "DELETE FROM product",
        ] {
            let refused: Result<u64, DbError> = shop.db.transact(|tx| async move { tx.run(sql, []).await }).await;
            assert!(refused.as_ref().is_err_and(DbError::lacks_parent), "{sql}: {refused:?}");
        }
    })
    .await;
}
