//! The contracts' own cases once more, through the switches of a store that is wired and running, or over the
//! socket of the process that serves them.

use catalog_contract::{Quote, conformance as prices};
use inventory_contract::conformance as stock;
use kernel::{Currency, Money, Seams, Sku};
use payment_contract::conformance as charges;
use port::conformance::faults;
use serde_json::json;

use crate::harness::{Shop, stories};

stories!(touching ["catalog", "inventory"]: stock_upholds_its_contract);
stories!(touching ["catalog"]: prices_uphold_their_contract);
stories!(in crate::harness::Shop::unhurried, touching ["payment"]: charges_uphold_their_contract);

async fn stock_upholds_its_contract(shop: &Shop) {
    let fixture = stock::Fixture::new(Seams::system()).unwrap();
    let opening = fixture.opening();
    let goods: Vec<_> = opening.iter().map(|(sku, units)| (sku.as_str(), *units, 100)).collect();
    shop.admin().stocks_all(&goods).await;
    let played = stock::upholds_contract(shop.stock().as_ref(), &fixture).await;
    assert!(!played.is_empty());
    assert_eq!(faults(&played), Vec::<String>::new());
}

async fn prices_uphold_their_contract(shop: &Shop) {
    let admin = shop.admin();
    admin.stocks("cup", 1, 255).await;
    let drafted = json!({
        "title": "Pot", "status": "draft", "variants": [{"sku": "pot", "price": {"amount": 900, "currency": "GBP"}}],
    });
    admin.post("/admin/products", &drafted).await.expect_status(201);
    let quote = |sku: &str, title: &str, pence: i64, sellable: bool| Quote {
        sku: Sku::parse(sku).unwrap(),
        title: title.to_owned(),
        price: Money::new(pence, Currency::GBP),
        sellable,
    };
    let fixture = prices::Fixture {
        sellable: quote("cup", "cup", 255, true),
        withheld: quote("pot", "Pot", 900, false),
        unknown: Sku::parse("hat").unwrap(),
    };
    let played = prices::upholds_contract(shop.prices().as_ref(), &fixture).await;
    assert!(!played.is_empty());
    assert_eq!(faults(&played), Vec::<String>::new());
}

/// Its orders are no orders of this shop's.
async fn charges_uphold_their_contract(shop: &Shop) {
    shop.need_not_add_up();
    let ids = Seams::system().ids;
    let played = charges::upholds_contract(shop.charges().as_ref(), ids.as_ref()).await;
    assert!(!played.is_empty());
    assert_eq!(faults(&played), Vec::<String>::new());
}
