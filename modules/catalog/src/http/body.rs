//! What an admin sends.

use std::collections::BTreeMap;

use garde::Validate;
use kernel::{Money, Sku};
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
    #[garde(length(chars, min = 1, max = 200), custom(one_line))]
    #[schema(min_length = 1, max_length = 200, example = "Stoneware mug")]
    title: String,
    #[serde(default)]
    #[garde(length(chars, max = 20_000), custom(text))]
    #[schema(max_length = 20_000)]
    description: String,
    /// `active` when left out.
    #[serde(default)]
    #[garde(skip)]
    status: Status,
    /// Slugs of categories.
    #[serde(default)]
    #[garde(length(max = 50), inner(length(max = 200)))]
    #[schema(max_items = 50)]
    categories: Vec<String>,
    /// In what the variants differ. Without options there is one variant.
    #[serde(default)]
    #[garde(length(max = 5), custom(sane_options))]
    #[schema(max_items = 5)]
    options: Vec<ProductOption>,
    #[garde(length(min = 1, max = 250), dive)]
    #[schema(min_items = 1, max_items = 250)]
    variants: Vec<VariantBody>,
    /// Addresses of pictures.
    #[serde(default)]
    #[garde(length(max = 50), inner(custom(address)))]
    #[schema(max_items = 50, example = json!(["https://example.com/mug.jpg"]))]
    images: Vec<String>,
}

/// One sellable thing.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantBody {
    #[garde(skip)]
    sku: Sku,
    /// What tells it from its siblings, in words.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 200), custom(one_line)))]
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// One value for each of the product's options.
    #[serde(default)]
    #[garde(skip)]
    options: BTreeMap<String, String>,
    /// 0 or more.
    #[garde(skip)]
    price: Money,
}

/// A category.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryBody {
    #[garde(length(chars, min = 1, max = 100), custom(one_line))]
    #[schema(min_length = 1, max_length = 100, example = "Kitchen")]
    title: String,
    /// The slug of the category above it; none for a root.
    #[serde(default)]
    #[garde(inner(length(max = 200)))]
    parent: Option<String>,
}

impl ProductBody {
    pub(crate) fn into_wish(self) -> Wish {
        let sheet = Sheet {
            title: self.title.trim().to_owned(),
            description: self.description,
            status: self.status,
            categories: Vec::new(),
            options: self.options,
            variants: self.variants.into_iter().map(VariantBody::into_variant).collect(),
            images: self.images,
        };
        Wish { sheet, categories: self.categories }
    }
}

impl VariantBody {
    fn into_variant(self) -> Variant {
        let title = self.title.map(|title| title.trim().to_owned());
        Variant { sku: self.sku, title, options: self.options, price: self.price }
    }
}

impl CategoryBody {
    pub(crate) fn into_wish(self) -> CategoryWish {
        CategoryWish { title: self.title.trim().to_owned(), parent: self.parent }
    }
}

/// Something that can be read, on one line.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn one_line(value: &str, _: &()) -> garde::Result {
    match value {
        blank if blank.trim().is_empty() => Err(garde::Error::new("must not be blank")),
        control if control.chars().any(char::is_control) => Err(garde::Error::new("must not have control characters")),
        _ => Ok(()),
    }
}

/// Text with lines and tabs, and no other control characters.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn text(value: &str, _: &()) -> garde::Result {
    let unreadable = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    if value.chars().any(unreadable) {
        return Err(garde::Error::new("must not have control characters other than line ends and tabs"));
    }
    Ok(())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn sane_options(options: &[ProductOption], _: &()) -> garde::Result {
    for option in options {
        if option.values.is_empty() || option.values.len() > 100 {
            return Err(garde::Error::new("each option must have 1 to 100 values"));
        }
        for name in option.values.iter().chain([&option.name]) {
            one_line(name, &())?;
            if name.chars().count() > 50 {
                return Err(garde::Error::new("names and values of options have at most 50 letters"));
            }
        }
    }
    Ok(())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn address(value: &str, _: &()) -> garde::Result {
    let absolute = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let sane =
        |rest: &str| !rest.is_empty() && rest.chars().all(|letter| !letter.is_whitespace() && !letter.is_control());
    if value.len() <= 2_000 && absolute.is_some_and(sane) {
        return Ok(());
    }
    Err(garde::Error::new("must be an http or https address of at most 2000 letters"))
}
