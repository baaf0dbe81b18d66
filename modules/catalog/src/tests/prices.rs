use std::sync::Arc;

use actix_web::http::Method;
use catalog_contract::{
    FakePrices, Prices, Quote, RemotePrices,
    conformance::{Case, Fixture, upholds_contract},
    serve_prices,
};
use kernel::{CallContext, Currency, Money, Sku};
use port::Loopback;
use serde_json::{Value, json};

use super::{Shop, everywhere, mug, with};

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

fn fixture() -> Fixture {
    let price = |minor| Money::new(minor, Currency::GBP);
    let quote = |text, title: &str, minor, sellable| Quote {
        sku: sku(text),
        title: title.to_owned(),
        price: price(minor),
        sellable,
    };
    Fixture {
        sellable: quote("MUG-a", "Mug, large", 895, true),
        withheld: quote("OLD", "Old mug", 100, false),
        unknown: sku("NOBODY"),
    }
}

async fn stocked(shop: &Shop) {
    let variant = json!([{ "sku": "MUG-a", "title": "large", "price": { "amount": 895, "currency": "GBP" } }]);
    shop.sells(&json!({ "title": "Mug", "variants": variant })).await;
    let old = shop.sells(&mug("Old mug", "OLD", 100)).await;
    shop.admin(Method::DELETE, &format!("/admin/products/{}", old["id"].as_str().unwrap()), &Value::Null).await;
}

async fn faults(prices: &dyn Prices) -> Vec<Case> {
    let cases = upholds_contract(prices, &fixture()).await;
    assert!(cases.len() >= 9);
    cases.into_iter().filter(|case| !case.holds()).collect()
}

#[actix_web::test]
async fn the_catalog_upholds_the_contract_here_and_far_away() {
    everywhere(async |shop| {
        stocked(&shop).await;
        assert_eq!(faults(shop.prices().as_ref()).await, []);
        let far = RemotePrices::new(Arc::new(Loopback::new(Arc::new(serve_prices(shop.prices())))));
        assert_eq!(faults(&far).await, []);
    })
    .await;
}

#[actix_web::test]
async fn the_fake_upholds_the_contract_and_a_wrong_one_does_not() {
    let Fixture { sellable, withheld, .. } = fixture();
    assert_eq!(faults(&FakePrices::new([sellable.clone(), withheld.clone()])).await, []);
    let wrong = FakePrices::new([Quote { price: Money::new(1, Currency::GBP), ..sellable }, withheld]);
    let names: Vec<&str> = faults(&wrong).await.iter().map(|case| case.name).collect();
    assert!(names.contains(&"a quote says what the SKU sells for"), "{names:?}");
}

#[actix_web::test]
async fn a_quote_is_never_of_yesterday() {
    everywhere(async |shop| {
        let made = shop.sells(&mug("Mug", "M", 100)).await;
        let path = format!("/admin/products/{}", made["id"].as_str().unwrap());
        let neighbour = shop.neighbour();
        let quoted = async || {
            let quotes = neighbour.prices().quote(&CallContext::default(), vec![sku("M")]).await.unwrap();
            quotes.first().map(|quote| (quote.price.minor(), quote.sellable))
        };
        assert_eq!(quoted().await, Some((100, true)));
        shop.admin(Method::PUT, &path, &with(mug("Mug", "M", 200), &json!({ "status": "draft" }))).await;
        assert_eq!(quoted().await, Some((200, false)));
    })
    .await;
}
