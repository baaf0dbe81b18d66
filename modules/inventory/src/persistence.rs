//! The SQL of inventory.
//!
//! [`entity`] has the tables. [`hot`] is what every order passes: claims and levels are loaded, and saved with the ledger,
//! for many at once. [`query`] answers people and checks; [`level`] is what is set by hand, [`old`] what is deleted;
//! [`audit`] compares levels, claims and ledger.

pub(crate) mod audit;
mod below;
mod entity;
pub(crate) mod holdings;
pub(crate) mod hot;
pub(crate) mod level;
pub(crate) mod migrations;
pub(crate) mod old;
pub(crate) mod query;
#[cfg(test)]
mod tests;

/// Rows as what they mean.
fn convert<R: TryInto<T>, T>(rows: Vec<R>) -> Result<Vec<T>, R::Error> {
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Every statement that has a name.
#[cfg(test)]
fn statements() -> Vec<&'static kernel_db::Sql> {
    vec![
        &hot::LOCK_CLAIMS,
        &hot::LOCK_LEVELS,
        &hot::HOLDINGS,
        &hot::MAKE_CLAIMS,
        &hot::CHANGE_CLAIMS,
        &hot::FIND_BY_SKU,
        &hot::MOVE_LEVELS,
        &hot::ENTER,
        &hot::INTRODUCE,
        &old::FORGET_SKUS,
        &old::FORGET_CLAIMS,
        &query::AVAILABLE,
        &query::CLAIMS_OF,
        &query::CLAIMS_OF_SKU,
        &query::LAPSED,
    ]
}
