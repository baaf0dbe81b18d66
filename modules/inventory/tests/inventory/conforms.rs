//! The port's contract, on everything that claims to keep it.

use std::sync::Arc;

use inventory_contract::{
    FakeStock, RemoteStock, Stock,
    conformance::{Fixture, faults, upholds_contract},
    serve_stock,
};
use kernel::Seams;
use port::Loopback;

use crate::{house::House, on_both};

async fn conforms(stock: &dyn Stock, fixture: &Fixture) {
    let cases = upholds_contract(stock, fixture).await;
    assert_eq!(cases.len(), 22);
    assert_eq!(faults(&cases), Vec::<String>::new());
}

async fn stocked(house: House) -> (House, Fixture) {
    let fixture = Fixture::new(house.db.seams().clone()).unwrap();
    let opening = fixture.opening();
    let levels: Vec<(&str, i64)> = opening.iter().map(|(sku, units)| (sku.as_str(), *units)).collect();
    (house.stocked(&levels).await, fixture)
}

on_both! {
    async fn the_module(house: House) {
        let (house, fixture) = stocked(house).await;
        conforms(house.stock().as_ref(), &fixture).await;
        conforms(house.stock().as_ref(), &fixture).await;
        house.prove().await;
    }

    async fn the_module_over_a_transport(house: House) {
        let (house, fixture) = stocked(house).await;
        let remote = RemoteStock::new(Arc::new(Loopback::new(Arc::new(serve_stock(house.stock())))));
        conforms(&remote, &fixture).await;
        house.prove().await;
    }
}

#[tokio::test]
async fn the_fake() {
    let seams = Seams::system();
    let fixture = Fixture::new(seams.clone()).unwrap();
    let fake = FakeStock::new(seams.clock);
    for (sku, units) in fixture.opening() {
        fake.put(&sku, units);
    }
    conforms(&fake, &fixture).await;
}

/// A table that cannot fail proves nothing: with a unit too few, cases must fail by name.
#[tokio::test]
async fn a_liar_is_found_out() {
    let seams = Seams::system();
    let fixture = Fixture::new(seams.clone()).unwrap();
    let fake = FakeStock::new(seams.clock);
    for (sku, units) in fixture.opening() {
        fake.put(&sku, units - 1);
    }
    let cases = upholds_contract(&fake, &fixture).await;
    let found: Vec<&str> = cases.iter().filter(|case| !case.holds()).map(|case| case.name).collect();
    assert!(found.contains(&"sixteen buyers share fifty units, exactly"), "{found:?}");
    assert!(found.contains(&"a hold takes every line or none"), "{found:?}");
}
