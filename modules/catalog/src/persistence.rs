//! The catalog's tables. Nothing of them is seen outside.
//!
//! [`entity`] has the tables. [`store`] writes products with what is derived from them, [`index`] their part of the full-text
//! index and [`ranges`] where the lists can have them. [`product`] and [`quote`] read by name, [`page`] and `search` find
//! what a list is to show, [`category`] has the tree, and [`audit`] counts what must be equal.

pub(crate) mod audit;
pub(crate) mod category;
mod entity;
mod gather;
pub(crate) mod holdings;
pub(crate) mod index;
pub(crate) mod migrations;
pub(crate) mod page;
pub(crate) mod product;
pub(crate) mod quote;
pub(crate) mod ranges;
mod search;
pub(crate) mod slug;
pub(crate) mod store;
pub(crate) mod wanted;

use kernel_db::{Db, DbError};
use sea_orm::{ConnectionTrait, QueryResult, Value};

/// The rows of a list's statement, which is written for each list as [`kernel_db::Dialect::statement`] says.
async fn read(db: &Db, sql: &str, values: impl IntoIterator<Item = Value> + Send) -> Result<Vec<QueryResult>, DbError> {
    Ok(db.reader().query_all_raw(db.dialect().statement(sql, values)).await?)
}

/// Every statement that has a name.
#[cfg(test)]
pub(crate) fn statements() -> Vec<&'static kernel_db::Sql> {
    vec![
        &product::FIND_ACTIVE,
        &product::FIND,
        &product::LOCK,
        &product::OF_IDS,
        &product::LOCK_OWNERS,
        &product::LOCK_ALL,
        &product::TAKEN,
        &quote::QUOTE,
        &slug::TAKEN_BY_PRODUCTS,
        &slug::TAKEN_BY_CATEGORIES,
        &store::SAVE_PRODUCTS,
        &store::INDEXED,
        &store::SAVE_VARIANTS,
        &store::WITHDRAW,
        &store::SAVE_SHELVES,
        &store::LEAVE_SHELVES,
        &index::KEYS,
        &index::KEYS_AND_TERMS,
        &index::FORGET_TEXT,
        &index::ADD_TEXT,
        &index::BEHIND,
        &ranges::HINTS,
        &ranges::SAVE_HINTS,
        &ranges::SAVE_PARTS,
        &ranges::SCAN,
        &audit::UNKNOWN,
    ]
}
