//! What opens an order, or pays for it, is in no table of any module.

use super::{Verdict, ensure, must_notice};
use crate::harness::{Shop, aloud, fresh_key, stories};

stories!(no_token_is_in_a_database);

async fn no_token_is_in_a_database(shop: &Shop) {
    let found = look(shop).await.unwrap();
    aloud(&format!("no token is in a database: {found}"));
}

#[test]
fn control_answers_are_kept_without_tokens() {
    must_notice("order.sealed_answers", look);
}

async fn look(shop: &Shop) -> Verdict {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let key = fresh_key();
    let body = ada.wants(&[("cup", 1)], "tok_approve");
    let order = ada.orders(&key, &body).await.expect_status(201);
    ada.buys_with("tok_decline", &[("cup", 1)]).await.expect_status(402);
    shop.settle().await;
    let again = ada.orders(&key, &body).await;
    ensure(again.body == order.body, || format!("a repeat is not the same byte for byte: {again}"))?;
    let found = shop.cells_with(ada.email()).await;
    ensure(found > 0, || "the search does not find what is there".to_owned())?;
    for secret in [&*order.text("/order_token"), "tok_approve", "tok_decline"] {
        let rows = shop.cells_with(secret).await;
        ensure(rows == 0, || format!("{rows} rows hold a token"))?;
    }
    Ok(format!("{found} rows know the buyer, none knows a token"))
}
