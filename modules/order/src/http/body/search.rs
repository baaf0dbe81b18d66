//! Which orders and returns a list shows.

use std::time::Duration;

use kernel::{DateTime, Limit, ReturnId, Sku, Utc};
use kernel_web::{ApiError, ApiResult, page_cursor, page_limit};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    domain::{Status, order::row_of_name, promise::PromiseStatus, returns::ReturnStatus},
    persistence::query::Filter,
};

/// Which orders to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdersQuery {
    status: Option<Status>,
    /// What people call the order.
    #[param(pattern = "^[0-9]{1,18}$", example = "1000001")]
    number: Option<String>,
    /// The buyer's whole address; case and other ways to write the same letters make no difference.
    #[param(min_length = 1, max_length = 254, example = "ada@example.com")]
    email: Option<String>,
    /// Orders with a line of this SKU.
    sku: Option<Sku>,
    /// Placed then or later: a time, or a day in UTC.
    #[param(example = "2026-11-01")]
    from: Option<String>,
    /// Placed before this time, or on this day in UTC or before it.
    #[param(example = "2026-11-30T18:00:00Z")]
    to: Option<String>,
    /// Orders with a refund that stands so. Those that are `refused` are for the shop to settle.
    refund: Option<PromiseStatus>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u16>,
}

/// Which returns to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReturnsQuery {
    #[param(inline)]
    status: Option<ReturnStatus>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u16>,
}

impl OrdersQuery {
    pub(crate) fn into_filter(self) -> ApiResult<(Filter, Limit)> {
        let limit = page_limit(self.limit)?;
        let filter = Filter {
            status: self.status,
            number: self.number.as_deref().map(number).transpose()?,
            email: self.email.as_deref().map(email).transpose()?,
            sku: self.sku,
            from: self.from.as_deref().map(|text| moment("from", text)).transpose()?.map(|moment| moment.begins),
            until: self.to.as_deref().map(|text| moment("to", text)).transpose()?.map(|moment| moment.ends),
            refund: self.refund,
            before: page_cursor(self.cursor.as_deref())?,
        };
        Ok((filter, limit))
    }
}

impl ReturnsQuery {
    pub(crate) fn into_parts(self) -> ApiResult<(Option<ReturnStatus>, Option<ReturnId>, Limit)> {
        Ok((self.status, page_cursor(self.cursor.as_deref())?, page_limit(self.limit)?))
    }
}

/// As the database counts. A number that no order can have finds nothing.
fn number(text: &str) -> ApiResult<i64> {
    let digits = (1..=18).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    if digits {
        Ok(row_of_name(text).unwrap_or_default())
    } else {
        Err(ApiError::bad_parameter("number", "must be the number of an order, such as 1000001"))
    }
}

fn email(text: &str) -> ApiResult<String> {
    let sane = !text.trim().is_empty() && text.len() <= 254 && !text.chars().any(char::is_control);
    if sane {
        Ok(kernel::fold_email(text))
    } else {
        Err(ApiError::bad_parameter("email", "must be an email address of at most 254 bytes"))
    }
}

/// A time, or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    begins: DateTime<Utc>,
    /// The end of a day; a time ends where it begins.
    ends: DateTime<Utc>,
}

fn moment(name: &str, text: &str) -> ApiResult<Moment> {
    // Years of four digits: their text is in the order of time.
    let plain = (10..=35).contains(&text.len()) && text.bytes().take(4).all(|digit| digit.is_ascii_digit());
    let time = || text.parse::<DateTime<Utc>>().map(|at| Moment { begins: at, ends: at });
    let day = || {
        let begins = format!("{text}T00:00:00Z").parse::<DateTime<Utc>>().ok()?;
        Some(Moment { begins, ends: begins + DAY })
    };
    let read = match text.len() {
        _ if !plain => None,
        10 => day(),
        _ => time().ok(),
    };
    read.ok_or_else(|| {
        ApiError::bad_parameter(name, "must be a time such as 2026-11-30T18:00:00Z, or a day such as 2026-11-30")
    })
}

const DAY: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::{moment, number};

    #[test]
    fn a_day_is_whole() {
        let day = moment("to", "2026-11-30").unwrap();
        assert_eq!(
            (day.begins.to_rfc3339(), day.ends.to_rfc3339()),
            ("2026-11-30T00:00:00+00:00".to_owned(), "2026-12-01T00:00:00+00:00".to_owned(),)
        );
        let time = moment("to", "2026-11-30T18:00:00+01:00").unwrap();
        assert_eq!((time.begins, time.begins.to_rfc3339()), (time.ends, "2026-11-30T17:00:00+00:00".to_owned()));
        for bad in
            ["", " ", "2026", "2026-13-01", "yesterday!", "+12026-11-30T18:00:00Z", "2026-11-30 18:00", "30.11.2026"]
        {
            assert!(moment("from", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_number_is_digits() {
        assert_eq!(number("1000001").unwrap(), 1);
        assert_eq!(number("7").unwrap(), 0, "no order is called so");
        for bad in ["", " ", "-1", "1.5", "abc", "1000001 ", "9999999999999999999", "\u{661}"] {
            assert!(number(bad).is_err(), "{bad}");
        }
    }
}
