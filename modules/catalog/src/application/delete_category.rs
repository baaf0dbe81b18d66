//! Removes an empty branch of the tree.

use kernel::{CallContext, CategoryId, ProductId};
use kernel_db::{Cause, Tx};

use super::{news_of, require_match, unraced};
use crate::{
    cache::{Document, Invalidation},
    error::CatalogError,
    persistence::{
        self,
        store::{self, Change},
    },
    service::Catalog,
    view::CategoryView,
};

impl Catalog {
    /// Deletes a category that has none below it. Its products stay, and are in one category less.
    pub(crate) async fn delete_category(
        &self,
        cx: &CallContext,
        id: CategoryId,
        if_match: Option<&str>,
    ) -> Result<(), CatalogError> {
        let cause = &Cause::from(cx);
        let work = |tx: Tx| async move {
            let tree = persistence::category::lock(&tx).await?;
            let category = tree.find_id(id).ok_or(CatalogError::CategoryNotFound(id))?;
            require_match(if_match, &Document::of(&CategoryView::of(category, &tree)).etag)?;
            let children = tree.children_of(Some(category.number)).count();
            if children > 0 {
                return Err(CatalogError::HasChildren(children));
            }
            let news = empty(&tx, cause, category.number).await?;
            persistence::category::delete(&tx, category.number).await?;
            Ok(news)
        };
        let news = unraced(|| self.db().transact(work)).await?;
        self.cache().tell(&news);
        Ok(())
    }
}

/// Takes every product out of the category.
async fn empty(tx: &Tx, cause: &Cause, category: i64) -> Result<Invalidation, CatalogError> {
    let mut news = Invalidation::of_tree();
    let products: Vec<ProductId> = persistence::product::in_category(tx, category).await?;
    for id in products {
        let Some(kept) = persistence::product::lock(tx, id).await? else { continue };
        let mut change = Change::of(kept);
        change.product.leave(category, tx.seams().now());
        store::save(tx, cause, std::slice::from_mut(&mut change)).await?;
        news.join(news_of(&change));
    }
    Ok(news)
}
