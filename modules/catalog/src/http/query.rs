//! What clients may ask of lists and products, and what they mean by it.

use kernel::Cursor;
use kernel_web::{ApiError, ApiResult, page_limit};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    application::list_products::{AfterKey, Listing},
    domain::{
        fold,
        listing::{Column, Order},
    },
};

/// The longest text that is searched for, in letters.
const LONGEST_QUERY: usize = 200;

/// The most words that are searched for; later ones are passed by.
const MOST_WORDS: usize = 8;

/// The longest cursor that a list could have given.
const LONGEST_CURSOR: usize = 4_096;

/// Which products, in which order.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Words that title, description or SKUs must have, or have words that begin so. Case makes no difference.
    #[param(max_length = 200, example = "tea cup")]
    pub(crate) query: Option<String>,
    /// The slug of a category; the categories below it count too.
    pub(crate) category: Option<String>,
    /// The order; the newest first when left out.
    #[param(inline)]
    pub(crate) sort: Option<Sort>,
    /// `next_cursor` of the page before, of a list in the same order.
    pub(crate) cursor: Option<String>,
    /// How many items, 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: Option<u16>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum Sort {
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDown,
    #[serde(rename = "price")]
    Price,
    #[serde(rename = "-price")]
    PriceDown,
    #[default]
    #[serde(rename = "newest")]
    Newest,
}

/// What to show beside the product.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShowQuery {
    /// `availability`: how many of each variant can be bought now.
    #[param(inline)]
    pub(crate) include: Option<Include>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Include {
    Availability,
}

impl ShowQuery {
    pub(crate) fn wants_availability(self) -> bool {
        self.include == Some(Include::Availability)
    }
}

impl From<Sort> for Order {
    fn from(sort: Sort) -> Self {
        let (column, descending) = match sort {
            Sort::Name => (Column::Title, false),
            Sort::NameDown => (Column::Title, true),
            Sort::Price => (Column::Price, false),
            Sort::PriceDown => (Column::Price, true),
            Sort::Newest => (Column::Newest, true),
        };
        Self { column, descending }
    }
}

impl ListQuery {
    pub(crate) fn into_listing(self) -> ApiResult<Listing> {
        let order = Order::from(self.sort.unwrap_or_default());
        Ok(Listing {
            order,
            words: self.query.as_deref().filter(|query| !query.is_empty()).map(words).transpose()?,
            after: self.cursor.as_deref().map(|cursor| after(cursor, order)).transpose()?,
            limit: page_limit(self.limit)?,
            category: self.category.filter(|slug| !slug.is_empty()),
        })
    }
}

/// Each word once, in an order of its own: `red cup` and `Cup, red` ask for the same.
fn words(query: &str) -> ApiResult<Vec<String>> {
    if query.chars().count() > LONGEST_QUERY {
        return Err(ApiError::bad_parameter("query", "at most 200 letters"));
    }
    let mut words: Vec<String> = fold::words(query).take(MOST_WORDS).collect();
    words.sort();
    words.dedup();
    Ok(words)
}

fn after(cursor: &str, order: Order) -> ApiResult<AfterKey> {
    let refused = |message: &str| ApiError::bad_parameter("cursor", message);
    if cursor.len() > LONGEST_CURSOR {
        return Err(refused("the cursor is not one that this list gave"));
    }
    let after: AfterKey = Cursor::decode(cursor).map_err(|error| refused(&error.to_string()))?;
    if after.order != order || !after.place.key.is_of(order.column) {
        return Err(refused("the cursor is of a list in another order"));
    }
    Ok(after)
}
