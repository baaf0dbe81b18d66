//! Puts new content in the place of a product's.

use kernel::{CallContext, ProductId};
use kernel_db::{Cause, Tx};

use super::{complete, create_product::Wish, news_of, refuse_taken, require_match, unraced};
use crate::{
    cache::Document,
    error::CatalogError,
    persistence::{
        self,
        store::{self, Change},
    },
    service::Catalog,
    view::ProductView,
};

impl Catalog {
    /// Replaces everything but the id, the slug and the times.
    pub(crate) async fn replace_product(
        &self,
        cx: &CallContext,
        id: ProductId,
        if_match: Option<&str>,
        wish: &Wish,
    ) -> Result<Document, CatalogError> {
        let cause = &Cause::from(cx);
        let work = |tx: Tx| async move {
            let kept = persistence::product::lock(&tx, id).await?.ok_or(CatalogError::ProductNotFound(id))?;
            require_match(if_match, &kept.etag())?;
            let mut change = Change::of(kept);
            let (sheet, tree) = complete(&tx, &wish.sheet, &wish.categories).await?;
            change.product.replace(sheet, tx.seams().now());
            refuse_taken(&tx, &change.product).await?;
            store::save(&tx, cause, std::slice::from_mut(&mut change)).await?;
            let view = ProductView::of(&change.product, &tree);
            Ok::<_, CatalogError>((news_of(&change), Document::tagged(&view, change.product.etag())))
        };
        let (news, document) = unraced(|| self.db().transact(work)).await?;
        self.cache().tell(&news);
        Ok(document)
    }
}
