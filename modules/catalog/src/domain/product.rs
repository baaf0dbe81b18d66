//! One product and its life: every change of it is an event, and its version counts them.

use catalog_contract::{CatalogEvent, IntroducedSku, ProductArchived, ProductCreated, ProductUpdated};
use kernel::{DateTime, Money, ProductId, Sku, Utc};

use super::{Fault, Sheet, Status, Variant};

/// A product as the catalog keeps it.
///
/// Fields are private because `sheet`, `version` and `events` must move together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Product {
    id: ProductId,
    slug: String,
    version: i64,
    sheet: Sheet,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    events: Vec<(i64, CatalogEvent)>,
}

/// What one row of an import says of a SKU. What is `None` was not said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Amendment {
    pub(crate) title: Option<String>,
    pub(crate) price: Option<Money>,
    pub(crate) description: Option<String>,
    /// One category in which the product is to be, or none at all.
    pub(crate) categories: Option<Vec<i64>>,
}

impl Product {
    /// A new product; `opening_stock` is on hand of each of its SKUs.
    pub(crate) fn introduce(id: ProductId, slug: String, sheet: Sheet, opening_stock: i64, now: DateTime<Utc>) -> Self {
        let introduced = sheet.skus().map(|sku| IntroducedSku { sku: sku.clone(), opening_stock }).collect();
        let created = ProductCreated { product: id, slug: slug.clone(), title: sheet.title.clone(), introduced };
        let mut product =
            Self { id, slug, version: 0, sheet, created_at: now, updated_at: now, events: Vec::with_capacity(1) };
        product.push(created.into());
        if product.sheet.status == Status::Archived {
            product.push_archived();
        }
        product
    }

    /// A product as it was kept.
    pub(crate) fn kept(
        id: ProductId,
        slug: String,
        version: i64,
        sheet: Sheet,
        (created_at, updated_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Self {
        Self { id, slug, version, sheet, created_at, updated_at, events: Vec::new() }
    }

    /// Puts `sheet` in the place of what was there; `false` when it says nothing new.
    pub(crate) fn replace(&mut self, sheet: Sheet, now: DateTime<Utc>) -> bool {
        if self.sheet == sheet {
            return false;
        }
        let before = std::mem::replace(&mut self.sheet, sheet);
        self.updated_at = now;
        let archived = self.sheet.status == Status::Archived && before.status != Status::Archived;
        let only_archived = archived && Sheet { status: Status::Archived, ..before.clone() } == self.sheet;
        if !only_archived {
            self.push_updated(&before);
        }
        if archived {
            self.push_archived();
        }
        true
    }

    /// Takes the product out of the shop; `false` when it is out already.
    pub(crate) fn archive(&mut self, now: DateTime<Utc>) -> bool {
        self.replace(Sheet { status: Status::Archived, ..self.sheet.clone() }, now)
    }

    /// Takes the product out of a category; `false` when it was not in it.
    pub(crate) fn leave(&mut self, category: i64, now: DateTime<Utc>) -> bool {
        let mut sheet = self.sheet.clone();
        sheet.categories.retain(|&number| number != category);
        self.replace(sheet, now)
    }

    /// Applies a row of an import to the variant with `sku`; `false` when it says nothing new.
    ///
    /// Title, description and category are the product's: a row changes them only where it speaks for the
    /// whole product, which is where the product has no other variant.
    pub(crate) fn amend(&mut self, sku: &Sku, row: &Amendment, now: DateTime<Utc>) -> Result<bool, Fault> {
        let mut sheet = self.sheet.clone();
        let alone = sheet.variants.len() == 1;
        if !alone && row.price.is_some_and(|price| price.currency() != sheet.currency()) {
            let message = format!("the other variants of this product are priced in {}", sheet.currency());
            return Err(Fault::new("", "currency-mismatch", message));
        }
        let variant = sheet.variants.iter_mut().find(|variant| variant.sku == *sku);
        if let Some((variant, price)) = variant.zip(row.price) {
            variant.price = price;
        }
        if alone {
            if let Some(title) = &row.title {
                sheet.title.clone_from(title);
            }
            if let Some(description) = &row.description {
                sheet.description.clone_from(description);
            }
            let is_new =
                |named: &&Vec<i64>| named.is_empty() || !named.iter().all(|number| sheet.categories.contains(number));
            if let Some(named) = row.categories.as_ref().filter(is_new) {
                sheet.categories.clone_from(named);
            }
        }
        Ok(self.replace(sheet, now))
    }

    pub(crate) const fn id(&self) -> ProductId {
        self.id
    }

    pub(crate) fn slug(&self) -> &str {
        &self.slug
    }

    pub(crate) const fn version(&self) -> i64 {
        self.version
    }

    pub(crate) const fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    pub(crate) const fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    pub(crate) const fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// Names this state of this product, and no other of any product.
    pub(crate) fn etag(&self) -> String {
        format!("\"{}-{}\"", self.id.uuid().simple(), self.version)
    }

    /// What has happened and is not published yet, each with its version.
    pub(crate) fn drain(&mut self) -> Vec<(i64, CatalogEvent)> {
        std::mem::take(&mut self.events)
    }

    fn push(&mut self, event: CatalogEvent) {
        self.version += 1;
        self.events.push((self.version, event));
    }

    fn push_updated(&mut self, before: &Sheet) {
        let missing = |sheet: &Sheet, variant: &Variant| !sheet.skus().any(|sku| *sku == variant.sku);
        let introduced = self.sheet.variants.iter().filter(|variant| missing(before, variant));
        let introduced = introduced.map(|variant| IntroducedSku { sku: variant.sku.clone(), opening_stock: 0 });
        let withdrawn = before.variants.iter().filter(|variant| missing(&self.sheet, variant));
        let updated = ProductUpdated {
            product: self.id,
            slug: self.slug.clone(),
            title: self.sheet.title.clone(),
            introduced: introduced.collect(),
            withdrawn: withdrawn.map(|variant| variant.sku.clone()).collect(),
        };
        self.push(updated.into());
    }

    fn push_archived(&mut self) {
        let skus = self.sheet.skus().cloned().collect();
        self.push(ProductArchived { product: self.id, skus }.into());
    }
}

#[cfg(test)]
mod tests;
