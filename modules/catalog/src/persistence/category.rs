//! Reads and writes the category tree.

use kernel::CategoryId;
use kernel_db::{Db, DbError, Tx};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::read;
use crate::domain::{Category, Tree};

const READ: &str = "SELECT number, id, parent, slug, title FROM category";

pub(crate) async fn tree(db: &Db) -> Result<Tree, DbError> {
    tree_of(&read(db, READ, []).await?)
}

/// The tree as this transaction sees it, without keeping others from changing it.
pub(crate) async fn tree_in(tx: &Tx) -> Result<Tree, DbError> {
    tree_of(&tx.rows(READ, []).await?)
}

/// The tree, for changing it: others wait until this transaction has ended.
pub(crate) async fn lock(tx: &Tx) -> Result<Tree, DbError> {
    tx.run("UPDATE tree SET version = version + 1", []).await?;
    tree_in(tx).await
}

/// Counts the changes of the tree, whichever process made them.
pub(crate) async fn version(db: &Db) -> Result<i64, DbError> {
    let rows = read(db, "SELECT version FROM tree", []).await?;
    Ok(rows.first().map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

/// Adds a category below `parent`; answers it with its number.
pub(crate) async fn insert(tx: &Tx, parent: Option<i64>, slug: String, title: &str) -> Result<Category, DbError> {
    let id: CategoryId = tx.seams().id();
    let now = tx.seams().now();
    let sql = "INSERT INTO category (id, parent, slug, title, created_at, updated_at) \
               VALUES (?, ?, ?, ?, ?, ?) RETURNING number";
    let values = [id.uuid().into(), parent.into(), slug.as_str().into(), title.into(), now.into(), now.into()];
    let row = tx.row(sql, values).await?.ok_or_else(|| DbError::corrupt("category", "it has no number"))?;
    Ok(Category { number: row.try_get_by_index(0)?, id, parent, slug, title: title.to_owned() })
}

pub(crate) async fn update(tx: &Tx, category: &Category) -> Result<(), DbError> {
    let sql = "UPDATE category SET parent = ?, title = ?, updated_at = ? WHERE number = ?";
    let values =
        [category.parent.into(), category.title.as_str().into(), tx.seams().now().into(), category.number.into()];
    tx.run(sql, values).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, number: i64) -> Result<(), DbError> {
    tx.run("DELETE FROM category WHERE number = ?", [number.into()]).await?;
    Ok(())
}

fn tree_of(rows: &[QueryResult]) -> Result<Tree, DbError> {
    rows.iter().map(category).collect::<Result<Vec<_>, _>>().map(Tree::new)
}

fn category(row: &QueryResult) -> Result<Category, DbError> {
    Ok(Category {
        number: row.try_get_by_index(0)?,
        id: CategoryId::new(row.try_get_by_index::<Uuid>(1)?),
        parent: row.try_get_by_index(2)?,
        slug: row.try_get_by_index(3)?,
        title: row.try_get_by_index(4)?,
    })
}
