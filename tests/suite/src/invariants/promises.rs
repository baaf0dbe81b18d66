//! What a buyer can do alone: an order's token gives nothing back that was sent, and no other price is paid than the one
//! that was shown.

use serde_json::json;

use super::{Verdict, ensure, must_notice};
use crate::harness::{Shop, fresh_key, stories};

stories!(a_token_alone_gives_nothing_back, the_price_that_was_shown_is_paid);

async fn a_token_alone_gives_nothing_back(shop: &Shop) {
    returns_wait(shop).await.unwrap();
}

async fn the_price_that_was_shown_is_paid(shop: &Shop) {
    price_stands(shop).await.unwrap();
}

#[test]
fn control_a_return_that_does_not_wait() {
    must_notice("order.return_waits", async |shop| returns_wait(shop).await);
}

#[test]
fn control_a_price_that_is_not_compared() {
    must_notice("order.expected_total", async |shop| price_stands(shop).await);
}

async fn returns_wait(shop: &Shop) -> Verdict {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 2)]).await.expect_status(201);
    ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
    shop.settle().await;
    let (refunded, on_hand) =
        (admin.payment_of(&order).await.number("/refunded/amount"), admin.level("cup").await.on_hand);
    ensure((refunded, on_hand) == (0, 3), || format!("{refunded} was given back, and {on_hand} cups are on hand"))?;
    Ok("nothing moved".to_owned())
}

async fn price_stands(shop: &Shop) -> Verdict {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let cart = shop.ask(reqwest::Method::POST, "/api/v1/carts").send().await.expect_status(201).text("/id");
    let line = json!({ "quantity": 2 });
    let put = shop.ask(reqwest::Method::PUT, &format!("/api/v1/carts/{cart}/lines/cup")).json(&line);
    let total = put.send().await.expect_status(200).at("/total");
    admin.imports("sku,title,price\ncup,cup,4.00\n").await.expect_status(200);
    let body = json!({
        "email": ada.email(), "currency": "GBP", "expected_total": total,
        "payment": { "method": "simulated", "token": "tok_approve" },
    });
    let path = format!("/api/v1/carts/{cart}/checkout");
    let paid = shop.ask(reqwest::Method::POST, &path).key(&fresh_key()).json(&body).send().await;
    ensure(paid.status == 409, || format!("600 was shown, and another price is paid: {paid}"))?;
    let said = (paid.text("/code"), paid.number("/total/amount"), paid.number("/lines/0/unit_price/amount"));
    ensure(said == ("total-changed".to_owned(), 800, 400), || format!("it does not say what changed: {paid}"))?;
    let body = json!({
        "email": ada.email(), "currency": "GBP", "expected_total": paid.at("/total"),
        "payment": { "method": "simulated", "token": "tok_approve" },
    });
    let paid = shop.ask(reqwest::Method::POST, &path).key(&fresh_key()).json(&body).send().await;
    ensure(paid.status == 201, || paid.to_string())?;
    Ok("the buyer was asked again".to_owned())
}
