//! Takes a product out of the shop. Orders keep their own copy of it.

use kernel::{CallContext, ProductId};
use kernel_db::{Cause, Tx};

use super::{news_of, require_match, unraced};
use crate::{
    error::CatalogError,
    persistence::{
        self,
        store::{self, Change},
    },
    service::Catalog,
};

impl Catalog {
    /// Archives a product; one that is archived already stays so.
    pub(crate) async fn archive_product(
        &self,
        cx: &CallContext,
        id: ProductId,
        if_match: Option<&str>,
    ) -> Result<(), CatalogError> {
        let cause = &Cause::from(cx);
        let work = |tx: Tx| async move {
            let kept = persistence::product::lock(&tx, id).await?.ok_or(CatalogError::ProductNotFound(id))?;
            require_match(if_match, &kept.etag())?;
            let mut change = Change::of(kept);
            change.product.archive(tx.seams().now());
            store::save(&tx, cause, std::slice::from_mut(&mut change)).await?;
            Ok::<_, CatalogError>(news_of(&change))
        };
        let news = unraced(|| self.db().transact(work)).await?;
        self.cache().tell(&news);
        Ok(())
    }
}
