//! The categories of a batch, made where they are missing.

use std::collections::{HashMap, HashSet};

use kernel_db::Tx;

use super::row::{PATH, Row};
use crate::{application::change_category, domain::Tree, error::CatalogError, persistence::category};

/// The numbers of categories by their paths.
pub(super) type Paths = HashMap<String, i64>;

/// What a batch found out about categories.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) paths: Paths,
    /// Whether it made any.
    pub(super) grown: bool,
}

/// Finds the categories that `rows` name and `known` has not; makes those that are not there.
pub(super) async fn find(tx: &Tx, rows: &[Row], known: &Paths) -> Result<Found, CatalogError> {
    let wanted: HashSet<&String> = rows
        .iter()
        .filter_map(|row| row.category.as_ref())
        .filter(|path| !path.is_empty() && !known.contains_key(*path))
        .collect();
    let mut found = Found::default();
    if wanted.is_empty() {
        return Ok(found);
    }
    let tree = category::tree_in(tx).await?;
    let missing = |path: &&String| look(&tree, path).is_none();
    if wanted.iter().copied().any(|path| missing(&path)) {
        let mut tree = category::lock(tx).await?;
        for path in wanted {
            found.paths.insert(path.clone(), make(tx, &mut tree, path).await?);
        }
        found.grown = true;
    } else {
        let numbers = wanted.into_iter().filter_map(|path| look(&tree, path).map(|number| (path.clone(), number)));
        found.paths.extend(numbers);
    }
    Ok(found)
}

fn look(tree: &Tree, path: &str) -> Option<i64> {
    path.split(PATH).try_fold(None, |parent, title| tree.find_child(parent, title).map(|found| Some(found.number)))?
}

async fn make(tx: &Tx, tree: &mut Tree, path: &str) -> Result<i64, CatalogError> {
    let mut parent = None;
    for title in path.split(PATH) {
        let found = tree.find_child(parent, title).map(|category| category.number);
        parent = if found.is_some() {
            found
        } else {
            let made = change_category::add(tx, parent, title).await?;
            let number = made.number;
            tree.add(made);
            Some(number)
        };
    }
    parent.ok_or(CatalogError::NoSuchCategory)
}
