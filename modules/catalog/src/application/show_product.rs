//! One product as the public sees it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use kernel::{CallContext, ProductId, Sku};

use crate::{
    cache::Document,
    domain::{Product, Tree},
    error::CatalogError,
    persistence,
    service::Catalog,
    view::ProductView,
};

/// No handle is longer: a slug has at most 80 letters, and what tells it from others.
const LONGEST_HANDLE: usize = 200;

/// So long a product waits for its levels, and is shown without them after that.
const PATIENCE: Duration = Duration::from_millis(300);

impl Catalog {
    /// The active product that `handle` (an id, a slug or a SKU) names, with its availability if asked.
    pub(crate) async fn show(
        &self,
        cx: CallContext,
        handle: &str,
        availability: bool,
    ) -> Result<Document, CatalogError> {
        if availability { self.show_available(cx, handle).await } else { self.show_product(handle).await }
    }

    async fn show_product(&self, handle: &str) -> Result<Document, CatalogError> {
        if let Some(document) = self.cache().product(handle) {
            return Ok(document);
        }
        if handle.len() > LONGEST_HANDLE || handle.contains('\0') {
            return Err(CatalogError::NoSuchProduct);
        }
        let stamp = self.cache().stamp();
        let product = persistence::product::find_active(self.db(), handle).await?;
        let product = product.ok_or(CatalogError::NoSuchProduct)?;
        let tree = self.tree_for(std::slice::from_ref(&product)).await?;
        let document = Document::tagged(&ProductView::of(&product, &tree), product.etag());
        self.cache().keep_product(stamp, handle, product.id(), document.clone());
        Ok(document)
    }

    /// The same with what can be bought of each variant now, where inventory can be asked.
    async fn show_available(&self, cx: CallContext, handle: &str) -> Result<Document, CatalogError> {
        let document = self.show_product(handle).await?;
        let mut view = decode(&document.body)?;
        let levels = self.levels(cx, &view).await;
        for variant in &mut view.variants {
            variant.available = Some(levels.get(&variant.sku).copied());
        }
        Ok(Document::of(&view))
    }

    /// The product with `id`, whatever its status: for the admin.
    pub(crate) async fn read_product(&self, id: ProductId) -> Result<Document, CatalogError> {
        let product = persistence::product::find(self.db(), id).await?;
        let product = product.ok_or(CatalogError::ProductNotFound(id))?;
        let tree = self.tree_for(std::slice::from_ref(&product)).await?;
        Ok(Document::tagged(&ProductView::of(&product, &tree), product.etag()))
    }

    /// A tree that has every category of `products`: the one that is kept, unless they know a newer one.
    pub(crate) async fn tree_for(&self, products: &[Product]) -> Result<Arc<Tree>, CatalogError> {
        let tree = self.tree().await?;
        let mut numbers = products.iter().flat_map(|product| &product.sheet().categories);
        if numbers.all(|&number| tree.get(number).is_some()) { Ok(tree) } else { self.read_tree().await }
    }

    /// What can be bought of each SKU. An inventory that is away, slow or wrong leaves levels out.
    async fn levels(&self, cx: CallContext, view: &ProductView) -> HashMap<Sku, i64> {
        let skus = view.variants.iter().map(|variant| variant.sku.clone()).collect();
        match self.stock().levels(&cx.within(PATIENCE), skus).await {
            Ok(levels) => levels.into_iter().map(|level| (level.sku, level.available)).collect(),
            Err(error) => {
                tracing::debug!(%error, product = %view.id, "shown without availability");
                HashMap::new()
            }
        }
    }
}

fn decode(body: &Bytes) -> Result<ProductView, CatalogError> {
    let corrupt = |error| CatalogError::Storage(kernel_db::DbError::corrupt("answer", error));
    serde_json::from_slice(body).map_err(corrupt)
}
