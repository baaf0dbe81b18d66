//! What clients may ask of lists and products, and what they mean by it.

use kernel::Cursor;
use kernel_web::{ApiError, ApiResult, page_limit};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    application::{
        list_all_products::{self, AdminListing},
        list_products::{AfterKey, Listing},
    },
    domain::{
        Query, Status,
        collation::sort_key,
        fold,
        listing::{Column, Key, Order},
    },
};

/// The longest text that is searched for, in letters.
const LONGEST_QUERY: usize = 200;

/// The most words that are searched for; later ones are left out.
const MOST_WORDS: usize = 12;

/// The longest cursor that a list could have given.
const LONGEST_CURSOR: usize = 4_096;

/// Which products, in which order.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Words that title, description or SKUs must have, or have words that begin so. Case and accents make no
    /// difference, and everything but letters and digits parts words.
    #[param(max_length = 200, example = "tea cup")]
    pub(crate) query: Option<String>,
    /// The slug of a category; the categories below it count too.
    pub(crate) category: Option<String>,
    /// The order; when left out, `relevance` with `query` and the newest first without.
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
    /// What has the words in its title or SKUs, then the rest; the newest first in each. Without `query` as `newest`.
    #[serde(rename = "relevance")]
    Relevance,
}

/// Which of all products, the newest first.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AdminListQuery {
    /// Words that title, description or SKUs must have, or have words that begin so.
    #[param(max_length = 200, example = "tea cup")]
    pub(crate) query: Option<String>,
    /// Only products with this status; all when left out.
    #[param(inline)]
    pub(crate) status: Option<Status>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many items, 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: Option<u16>,
}

impl AdminListQuery {
    pub(crate) fn into_listing(self) -> ApiResult<AdminListing> {
        let order = list_all_products::ORDER;
        Ok(AdminListing {
            status: self.status,
            query: asked(self.query.as_deref())?,
            after: self.cursor.as_deref().map(|cursor| after(cursor, order)).transpose()?,
            limit: page_limit(self.limit)?,
        })
    }
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
            Sort::Newest | Sort::Relevance => (Column::Newest, true),
        };
        Self { column, descending }
    }
}

impl ListQuery {
    /// What is searched for comes by relevance, unless another order is asked for.
    fn order(&self) -> Order {
        let is_search = self.query.as_deref().is_some_and(|query| !query.is_empty());
        match self.sort {
            None | Some(Sort::Relevance) if is_search => Order { column: Column::Relevance, descending: true },
            sort => sort.unwrap_or_default().into(),
        }
    }

    pub(crate) fn into_listing(self) -> ApiResult<Listing> {
        let query = asked(self.query.as_deref())?;
        let order = self.order();
        Ok(Listing {
            order,
            query,
            after: self.cursor.as_deref().map(|cursor| after(cursor, order)).transpose()?,
            limit: page_limit(self.limit)?,
            category: self.category.filter(|slug| !slug.is_empty()),
        })
    }
}

fn asked(text: Option<&str>) -> ApiResult<Option<Query>> {
    text.filter(|text| !text.is_empty()).map(query).transpose()
}

/// What a text asks for: `red cup` and `Cup, red` ask for the same.
fn query(text: &str) -> ApiResult<Query> {
    if text.chars().count() > LONGEST_QUERY {
        return Err(ApiError::bad_parameter("query", "at most 200 letters"));
    }
    let mut words = fold::query_words(text);
    words.truncate(MOST_WORDS);
    let letters = |letter: char| !letter.is_alphanumeric();
    let as_typed = text.split(letters).filter(|word| !word.is_empty()).take(MOST_WORDS).map(str::to_lowercase);
    Ok(Query::new(words, as_typed.collect()))
}

fn after(cursor: &str, order: Order) -> ApiResult<AfterKey> {
    let refused = |message: &str| ApiError::bad_parameter("cursor", message);
    if cursor.len() > LONGEST_CURSOR {
        return Err(refused("the cursor is not one that this list gave"));
    }
    let mut after: AfterKey = Cursor::decode(cursor).map_err(|error| refused(&error.to_string()))?;
    if let (Column::LowerTitle, Key::Text(title)) = (after.order.column, &after.place.key) {
        after.place.key = Key::Text(sort_key(title));
        after.order.column = Column::Title;
    }
    if after.order != order || !after.place.key.is_of(order.column) {
        return Err(refused("the cursor is of a list in another order"));
    }
    Ok(after)
}
