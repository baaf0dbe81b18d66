use std::collections::BTreeMap;

use kernel::{Currency, Money, Sku};

use super::{PRICE_BELOW, ProductOption, Sheet, Status, Variant};

fn option(name: &str, values: &[&str]) -> ProductOption {
    ProductOption { name: name.to_owned(), values: values.iter().map(ToString::to_string).collect() }
}

fn variant(sku: &str, minor: i64, options: &[(&str, &str)]) -> Variant {
    let options: BTreeMap<String, String> =
        options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Variant { sku: Sku::parse(sku).unwrap(), title: None, options, price: Money::new(minor, Currency::GBP) }
}

fn sheet(options: &[ProductOption], variants: &[Variant]) -> Sheet {
    Sheet {
        title: "Shirt".to_owned(),
        description: String::new(),
        status: Status::Active,
        categories: Vec::new(),
        options: options.to_vec(),
        variants: variants.to_vec(),
        images: Vec::new(),
    }
}

fn faults(options: &[ProductOption], variants: &[Variant]) -> Vec<String> {
    let faults = sheet(options, variants).faults();
    faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

#[test]
fn every_rule_of_options_variants_and_prices() {
    let size = option("size", &["S", "M"]);
    let euro = |sku| Variant { price: Money::new(1, Currency::EUR), ..variant(sku, 1, &[("size", "M")]) };
    let small = variant("A", 1, &[("size", "S")]);
    let fine: [&str; 0] = [];

    assert_eq!(faults(&[], &[variant("A", 0, &[])]), fine);
    assert_eq!(faults(&[], &[variant("A", PRICE_BELOW - 1, &[])]), fine);
    assert_eq!(faults(std::slice::from_ref(&size), &[small.clone(), variant("B", 2, &[("size", "M")])]), fine);

    assert_eq!(faults(&[], &[variant("A", -1, &[])]), ["/variants/0/price/amount bad-price"]);
    assert_eq!(faults(&[], &[variant("A", PRICE_BELOW, &[])]), ["/variants/0/price/amount bad-price"]);
    assert_eq!(
        faults(std::slice::from_ref(&size), &[small.clone(), euro("B")]),
        ["/variants/1/price/currency currency-mismatch"]
    );
    assert_eq!(faults(&[], &[variant("A", 1, &[]), variant("B", 1, &[])]), ["/variants/1/options duplicate-variant"]);
    assert_eq!(
        faults(std::slice::from_ref(&size), &[small.clone(), variant("A", 1, &[("size", "M")])]),
        ["/variants/1/sku duplicate-sku"]
    );
    assert_eq!(
        faults(std::slice::from_ref(&size), &[variant("A", 1, &[("size", "L")])]),
        ["/variants/0/options missing-option"]
    );
    assert_eq!(faults(std::slice::from_ref(&size), &[variant("A", 1, &[])]), ["/variants/0/options missing-option"]);
    assert_eq!(faults(&[], &[variant("A", 1, &[("size", "S")])]), ["/variants/0/options unknown-option"]);
    assert_eq!(
        faults(&[size.clone(), option("size", &["S"])], std::slice::from_ref(&small)),
        ["/options/1/name duplicate-option"]
    );
    assert_eq!(faults(&[option("size", &["S", "S"])], &[small]), ["/options/0/values/1 duplicate-value"]);
}

#[test]
fn every_status_round_trips() {
    for status in [Status::Active, Status::Draft, Status::Archived] {
        assert_eq!(Status::parse(status.as_str()), Some(status));
    }
    assert_eq!(Status::parse("gone"), None);
}
