//! The parameters of every list: where to go on, and how many.

use kernel::{Cursor, Limit};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

use crate::{ApiError, ApiResult};

/// The query of a list that has no filters. One that has spells these two fields out among its own: serde cannot
/// flatten them in and still refuse unknown ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many items, 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<u16>,
}

impl PageQuery {
    pub fn limit(&self) -> ApiResult<Limit> {
        page_limit(self.limit)
    }

    /// The key after which the page begins.
    pub fn cursor<K: DeserializeOwned>(&self) -> ApiResult<Option<K>> {
        page_cursor(self.cursor.as_deref())
    }
}

/// Reads `limit` of any list.
pub fn page_limit(limit: Option<u16>) -> ApiResult<Limit> {
    let Some(rows) = limit else { return Ok(Limit::default()) };
    Limit::new(rows).ok_or_else(|| ApiError::bad_parameter("limit", "must be 1 to 100"))
}

/// Reads `cursor` of any list; `K` is the list's sort key.
pub fn page_cursor<K: DeserializeOwned>(cursor: Option<&str>) -> ApiResult<Option<K>> {
    let key = cursor.map(Cursor::decode).transpose();
    key.map_err(|error| ApiError::bad_parameter("cursor", &error.to_string()))
}
