use std::collections::BTreeMap;

use catalog_contract::CatalogEvent;
use kernel::{Currency, DateTime, Event, Money, ProductId, Sku, Utc};
use uuid::Uuid;

use super::{Amendment, Product};
use crate::domain::{Sheet, Status, Variant};

fn now() -> DateTime<Utc> {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn pounds(minor: i64) -> Money {
    Money::new(minor, Currency::GBP)
}

fn variant(sku: &str) -> Variant {
    Variant { sku: Sku::parse(sku).unwrap(), title: None, options: BTreeMap::new(), price: pounds(100) }
}

fn sheet(status: Status, skus: &[&str]) -> Sheet {
    Sheet {
        title: "Mug".to_owned(),
        description: String::new(),
        status,
        categories: vec![7],
        options: Vec::new(),
        variants: skus.iter().map(|sku| variant(sku)).collect(),
        images: Vec::new(),
    }
}

fn product(skus: &[&str]) -> Product {
    let mut product =
        Product::introduce(ProductId::new(Uuid::nil()), "mug".to_owned(), sheet(Status::Active, skus), 5, now());
    product.drain();
    product
}

/// What a product said, as `version type skus`.
fn told(product: &mut Product) -> Vec<String> {
    let skus = |list: Vec<String>| list.join(" ");
    let tell = |(version, event): (i64, CatalogEvent)| {
        let of = match &event {
            CatalogEvent::Created(created) => {
                skus(created.introduced.iter().map(|new| format!("+{}x{}", new.sku, new.opening_stock)).collect())
            }
            CatalogEvent::Updated(updated) => {
                let introduced = updated.introduced.iter().map(|new| format!("+{}", new.sku));
                skus(introduced.chain(updated.withdrawn.iter().map(|sku| format!("-{sku}"))).collect())
            }
            CatalogEvent::Archived(archived) => skus(archived.skus.iter().map(ToString::to_string).collect()),
            CatalogEvent::Unknown(name) => name.clone(),
        };
        format!("{version} {} {of}", event.event_type())
    };
    product.drain().into_iter().map(tell).collect()
}

#[test]
fn every_change_is_an_event_and_counts_the_version() {
    let id = ProductId::new(Uuid::nil());
    let mut mug = Product::introduce(id, "mug".to_owned(), sheet(Status::Draft, &["A", "B"]), 5, now());
    assert_eq!(told(&mut mug), ["1 product.created.v1 +Ax5 +Bx5"]);
    assert!(!mug.replace(sheet(Status::Draft, &["A", "B"]), now()), "the same again is no change");
    assert!(mug.replace(sheet(Status::Active, &["A", "B"]), now()));
    assert_eq!(told(&mut mug), ["2 product.updated.v1 "]);
    assert!(mug.replace(sheet(Status::Active, &["B", "C"]), now()));
    assert_eq!(told(&mut mug), ["3 product.updated.v1 +C -A"]);
    assert!(mug.archive(now()));
    assert!(!mug.archive(now()));
    assert_eq!(told(&mut mug), ["4 product.archived.v1 B C"]);
    assert!(mug.replace(sheet(Status::Active, &["C"]), now()));
    assert!(mug.replace(sheet(Status::Archived, &["D"]), now()));
    assert_eq!(told(&mut mug), ["5 product.updated.v1 -B", "6 product.updated.v1 +D -C", "7 product.archived.v1 D"]);
    assert_eq!(mug.version(), 7);
}

#[test]
fn an_etag_names_one_state_of_one_product() {
    let mut mug = product(&["A"]);
    let before = mug.etag();
    mug.archive(now());
    assert_ne!(before, mug.etag());
    assert_eq!(before, "\"00000000000000000000000000000000-1\"");
}

#[test]
fn a_row_speaks_for_the_product_only_where_it_has_one_variant() {
    let row = Amendment {
        title: Some("Cup".to_owned()),
        price: Some(pounds(250)),
        description: Some("New".to_owned()),
        categories: Some(vec![8]),
    };
    let sku = Sku::parse("A").unwrap();

    let mut alone = product(&["A"]);
    assert_eq!(alone.amend(&sku, &row, now()), Ok(true));
    assert_eq!(alone.amend(&sku, &row, now()), Ok(false), "the same row again is no change");
    let after = alone.sheet();
    assert_eq!(
        (after.title.as_str(), after.description.as_str(), after.categories.as_slice()),
        ("Cup", "New", &[8][..])
    );
    assert_eq!((after.lowest_price(), alone.slug()), (250, "mug"), "the address is stable");

    let mut one_of_two = product(&["A", "B"]);
    assert_eq!(one_of_two.amend(&sku, &row, now()), Ok(true));
    let after = one_of_two.sheet();
    assert_eq!(
        (after.title.as_str(), after.variants[0].price, after.variants[1].price),
        ("Mug", pounds(250), pounds(100))
    );
    let euros = Amendment { price: Some(Money::new(1, Currency::EUR)), ..row.clone() };
    assert_eq!(one_of_two.amend(&sku, &euros, now()).unwrap_err().code, "currency-mismatch");
    assert_eq!(alone.amend(&sku, &euros, now()), Ok(true));
}

#[test]
fn what_a_row_does_not_say_stays() {
    let mut mug = product(&["A"]);
    let row = Amendment { title: None, price: None, description: None, categories: None };
    assert_eq!(mug.amend(&Sku::parse("A").unwrap(), &row, now()), Ok(false));
    assert_eq!(mug.sheet().categories, [7]);
    let cleared = Amendment { categories: Some(Vec::new()), ..row };
    assert_eq!(mug.clone().amend(&Sku::parse("A").unwrap(), &cleared, now()), Ok(true));
    assert!(mug.leave(7, now()) && !mug.leave(7, now()));
    assert!(mug.sheet().categories.is_empty());
}
