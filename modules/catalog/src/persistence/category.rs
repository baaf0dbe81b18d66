//! Reads and writes the category tree.

use kernel::CategoryId;
use kernel_db::{Db, DbError, Tx};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{Set, Unchanged},
    ConnectionTrait, EntityTrait as _, ExprTrait as _,
    sea_query::Expr,
};

use super::entity::{category, tree};
use crate::domain::{Category, Tree};

pub(crate) async fn tree(db: &Db) -> Result<Tree, DbError> {
    read(db.reader()).await
}

/// The tree as this transaction sees it, without keeping others from changing it.
pub(crate) async fn tree_in(tx: &Tx) -> Result<Tree, DbError> {
    read(tx).await
}

async fn read(connection: &impl ConnectionTrait) -> Result<Tree, DbError> {
    let categories = category::Entity::find().all(connection).await?;
    Ok(Tree::new(categories.into_iter().map(Category::from).collect()))
}

/// The tree, for changing it: others wait until this transaction has ended.
pub(crate) async fn lock(tx: &Tx) -> Result<Tree, DbError> {
    let next = Expr::col(tree::Column::Version).add(1);
    tree::Entity::update_many().col_expr(tree::Column::Version, next).exec(tx).await?;
    tree_in(tx).await
}

/// Counts the changes of the tree, whichever process made them.
pub(crate) async fn version(db: &Db) -> Result<i64, DbError> {
    Ok(tree::Entity::find().one(db.reader()).await?.map_or(0, |tree| tree.version))
}

/// Adds a category below `parent`; answers it with its number.
pub(crate) async fn insert(tx: &Tx, parent: Option<i64>, slug: String, title: &str) -> Result<Category, DbError> {
    let (id, now): (CategoryId, _) = (tx.seams().id(), tx.seams().now());
    let category = category::ActiveModel {
        id: Set(id.uuid()),
        parent: Set(parent),
        slug: Set(slug),
        title: Set(title.to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    Ok(category.insert(tx).await?.into())
}

pub(crate) async fn update(tx: &Tx, category: &Category) -> Result<(), DbError> {
    let category = category::ActiveModel {
        number: Unchanged(category.number),
        parent: Set(category.parent),
        title: Set(category.title.clone()),
        updated_at: Set(tx.seams().now()),
        ..Default::default()
    };
    category.update(tx).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, number: i64) -> Result<(), DbError> {
    category::Entity::delete_by_id(number).exec(tx).await?;
    Ok(())
}
