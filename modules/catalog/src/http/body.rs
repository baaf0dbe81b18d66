//! What an admin sends.

use std::collections::BTreeMap;

use garde::Validate;
use kernel::{
    Line, Money, Prose, Sku,
    text::{forbidden_in_line, optional},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    application::{change_category::CategoryWish, create_product::Wish},
    domain::{ProductOption, Sheet, Status, Variant},
};

/// A product, whole: what is left out is empty.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductBody {
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "Stoneware mug")]
    title: Line<200>,
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = String, max_length = 20_000)]
    description: Prose<20_000>,
    /// `active` when left out.
    #[serde(default)]
    #[garde(skip)]
    status: Status,
    /// Slugs of categories.
    #[serde(default)]
    #[garde(length(max = 50))]
    #[schema(value_type = Vec<String>, max_items = 50)]
    categories: Vec<Line<200>>,
    /// In what the variants differ. Without options there is one variant.
    #[serde(default)]
    #[garde(length(max = 5), dive)]
    #[schema(max_items = 5)]
    options: Vec<OptionBody>,
    #[garde(length(min = 1, max = 250), dive)]
    #[schema(min_items = 1, max_items = 250)]
    variants: Vec<VariantBody>,
    /// Addresses of pictures.
    #[serde(default)]
    #[garde(length(max = 50), inner(custom(address)))]
    #[schema(max_items = 50, example = json!(["https://example.com/mug.jpg"]))]
    images: Vec<String>,
}

/// A way in which the variants of a product differ, such as a size.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OptionBody {
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "size")]
    name: Line<50>,
    #[garde(length(min = 1, max = 100))]
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 100, example = json!(["S", "M"]))]
    values: Vec<Line<50>>,
}

/// One sellable thing.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantBody {
    #[garde(skip)]
    sku: Sku,
    /// What tells it from its siblings, in words.
    #[serde(default, deserialize_with = "optional")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 200)]
    title: Option<Line<200>>,
    /// One value for each of the product's options.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = BTreeMap<String, String>)]
    options: BTreeMap<Line<50>, Line<50>>,
    /// 0 or more.
    #[garde(skip)]
    price: Money,
}

/// A category.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryBody {
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Kitchen")]
    title: Line<100>,
    /// The slug of the category above it; none for a root.
    #[serde(default, deserialize_with = "optional")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 200)]
    parent: Option<Line<200>>,
}

impl ProductBody {
    pub(crate) fn into_wish(self) -> Wish {
        let sheet = Sheet {
            title: self.title.into(),
            description: self.description.into(),
            status: self.status,
            categories: Vec::new(),
            options: self.options.into_iter().map(ProductOption::from).collect(),
            variants: self.variants.into_iter().map(Variant::from).collect(),
            images: self.images,
        };
        Wish { sheet, categories: self.categories.into_iter().map(String::from).collect() }
    }
}

impl From<OptionBody> for ProductOption {
    fn from(OptionBody { name, values }: OptionBody) -> Self {
        Self { name: name.into(), values: values.into_iter().map(String::from).collect() }
    }
}

impl From<VariantBody> for Variant {
    fn from(VariantBody { sku, title, options, price }: VariantBody) -> Self {
        let options = options.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { sku, title: title.map(String::from), options, price }
    }
}

impl CategoryBody {
    pub(crate) fn into_wish(self) -> CategoryWish {
        CategoryWish { title: self.title.into(), parent: self.parent.map(String::from) }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn address(value: &str, _: &()) -> garde::Result {
    let absolute = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let clean = |letter: char| !letter.is_whitespace() && forbidden_in_line(letter).is_none();
    let sane = |rest: &str| !rest.is_empty() && rest.chars().all(clean);
    if value.len() <= 2_000 && absolute.is_some_and(sane) {
        return Ok(());
    }
    Err(garde::Error::new("must be an http or https address of at most 2000 letters"))
}
