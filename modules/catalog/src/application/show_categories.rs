//! The category tree as the public sees it.

use std::sync::Arc;

use crate::{
    cache::Document,
    domain::Tree,
    error::CatalogError,
    persistence,
    service::Catalog,
    view::{CategoryView, TreeView},
};

impl Catalog {
    pub(crate) async fn show_tree(&self) -> Result<Document, CatalogError> {
        self.kept_page("tree".to_owned(), |tree| Ok(Document::of(&TreeView::of(tree)))).await
    }

    pub(crate) async fn show_category(&self, slug: &str) -> Result<Document, CatalogError> {
        let find = |tree: &Tree| {
            let category = tree.find(slug).ok_or(CatalogError::NoSuchCategory)?;
            Ok(Document::of(&CategoryView::of(category, tree)))
        };
        self.kept_page(format!("category {slug}"), find).await
    }

    async fn kept_page(
        &self,
        key: String,
        show: impl FnOnce(&Tree) -> Result<Document, CatalogError>,
    ) -> Result<Document, CatalogError> {
        if let Some(document) = self.cache().page(&key) {
            return Ok(document);
        }
        let stamp = self.cache().stamp();
        let document = show(&*self.tree().await?)?;
        self.cache().keep_page(stamp, key, document.clone());
        Ok(document)
    }

    /// The tree, from memory when nothing has changed.
    pub(crate) async fn tree(&self) -> Result<Arc<Tree>, CatalogError> {
        match self.cache().tree() {
            Some(tree) => Ok(tree),
            None => self.read_tree().await,
        }
    }

    /// The tree as it is kept now.
    pub(crate) async fn read_tree(&self) -> Result<Arc<Tree>, CatalogError> {
        let stamp = self.cache().stamp();
        let tree = Arc::new(persistence::category::tree(self.db()).await?);
        self.cache().keep_tree(stamp, Arc::clone(&tree));
        Ok(tree)
    }
}
