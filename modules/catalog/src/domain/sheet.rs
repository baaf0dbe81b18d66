//! What an admin decides of a product, and the rules that it keeps.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Currency, Money, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Fault;

/// A price is below this many minor units, so that a line of 100,000 of them is still a sum.
pub(crate) const PRICE_BELOW: i64 = 1_000_000_000_000;

/// Whether a product is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProductStatus)]
pub(crate) enum Status {
    /// Shown and sold.
    #[default]
    Active,
    /// Not shown yet.
    Draft,
    /// No longer shown. Orders keep their own copy.
    Archived,
}

impl Status {
    pub(crate) const ALL: [Self; 3] = [Self::Active, Self::Draft, Self::Archived];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draft => "draft",
            Self::Archived => "archived",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// A way in which the variants of a product differ, such as a size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductOption {
    #[schema(example = "size", min_length = 1, max_length = 50)]
    pub(crate) name: String,
    #[schema(example = json!(["S", "M"]), min_items = 1, max_items = 100)]
    pub(crate) values: Vec<String>,
}

/// One sellable thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) sku: Sku,
    pub(crate) title: Option<String>,
    /// One value for each of the product's options.
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) price: Money,
}

/// Everything of a product that can be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) status: Status,
    /// Numbers of categories, in the order that the admin gave.
    pub(crate) categories: Vec<i64>,
    pub(crate) options: Vec<ProductOption>,
    /// At least one, all in one currency.
    pub(crate) variants: Vec<Variant>,
    pub(crate) images: Vec<String>,
}

impl Sheet {
    /// Every rule that needs more than one field to judge.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.judge_options(&mut faults);
        self.judge_skus(&mut faults);
        self.judge_prices(&mut faults);
        self.judge_choices(&mut faults);
        faults
    }

    /// The currency of every variant.
    pub(crate) fn currency(&self) -> Currency {
        self.variants.first().map_or(Currency::GBP, |variant| variant.price.currency())
    }

    /// What the cheapest variant costs.
    pub(crate) fn lowest_price(&self) -> i64 {
        self.variants.iter().map(|variant| variant.price.minor()).min().unwrap_or(0)
    }

    pub(crate) fn skus(&self) -> impl Iterator<Item = &Sku> {
        self.variants.iter().map(|variant| &variant.sku)
    }

    fn judge_options(&self, faults: &mut Vec<Fault>) {
        let mut names = BTreeSet::new();
        for (index, option) in self.options.iter().enumerate() {
            if !names.insert(&option.name) {
                let message = format!("the option `{}` is there already", option.name);
                faults.push(Fault::new(format!("/options/{index}/name"), "duplicate-option", message));
            }
            let mut values = BTreeSet::new();
            for (place, value) in option.values.iter().enumerate().filter(|(_, value)| !values.insert(*value)) {
                let pointer = format!("/options/{index}/values/{place}");
                faults.push(Fault::new(pointer, "duplicate-value", format!("the value `{value}` is there already")));
            }
        }
    }

    fn judge_skus(&self, faults: &mut Vec<Fault>) {
        let mut skus = BTreeSet::new();
        for (index, sku) in self.skus().enumerate().filter(|(_, sku)| !skus.insert(*sku)) {
            let message = format!("the SKU `{sku}` stands on an earlier variant");
            faults.push(Fault::new(format!("/variants/{index}/sku"), "duplicate-sku", message));
        }
    }

    fn judge_prices(&self, faults: &mut Vec<Fault>) {
        let currency = self.currency();
        for (index, variant) in self.variants.iter().enumerate() {
            if let Err(message) = judge_price(variant.price) {
                faults.push(Fault::new(format!("/variants/{index}/price/amount"), "bad-price", message));
            }
            if variant.price.currency() != currency {
                let message = format!("the variants of one product share one currency, here {currency}");
                faults.push(Fault::new(format!("/variants/{index}/price/currency"), "currency-mismatch", message));
            }
        }
    }

    /// Each variant says one known value for each option, and no two say the same.
    fn judge_choices(&self, faults: &mut Vec<Fault>) {
        let mut chosen = BTreeSet::new();
        for (index, variant) in self.variants.iter().enumerate() {
            let pointer = || format!("/variants/{index}/options");
            for option in &self.options {
                if !variant.options.get(&option.name).is_some_and(|value| option.values.contains(value)) {
                    let message = format!("must say one of the values of the option `{}`", option.name);
                    faults.push(Fault::new(pointer(), "missing-option", message));
                }
            }
            let known = |name: &String| self.options.iter().any(|option| option.name == *name);
            for name in variant.options.keys().filter(|name| !known(name)) {
                faults.push(Fault::new(pointer(), "unknown-option", format!("the product has no option `{name}`")));
            }
            if !chosen.insert(&variant.options) {
                faults.push(Fault::new(pointer(), "duplicate-variant", "an earlier variant has the same options"));
            }
        }
    }
}

/// A price is 0 or more, and below [`PRICE_BELOW`].
pub(crate) fn judge_price(price: Money) -> Result<(), &'static str> {
    match price.minor() {
        0..PRICE_BELOW => Ok(()),
        ..0 => Err("a price is not negative"),
        PRICE_BELOW.. => Err("a price is below 1,000,000,000,000 minor units"),
    }
}

#[cfg(test)]
mod tests;
