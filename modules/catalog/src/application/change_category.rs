//! New categories, and categories that are renamed or moved.

use kernel::CategoryId;
use kernel_db::{
    Tx,
    idempotency::{self, Answer, Key},
};

use super::{require_match, unraced};
use crate::{
    cache::{Document, Invalidation},
    domain::{Category, Fault, Tree, slug::slug as domain_slug},
    error::CatalogError,
    persistence::{
        self,
        slug::{self, Space, Wanted},
    },
    service::Catalog,
    view::CategoryView,
};

/// What the admin wants of a category.
#[derive(Debug, Clone)]
pub(crate) struct CategoryWish {
    pub(crate) title: String,
    /// The slug of the category above it.
    pub(crate) parent: Option<String>,
}

impl Catalog {
    /// Makes a category; with a key, once for each key.
    pub(crate) async fn create_category(&self, key: Option<&Key>, wish: &CategoryWish) -> Result<Answer, CatalogError> {
        let work = |tx: Tx| async move {
            let tree = persistence::category::lock(&tx).await?;
            let parent = find_parent(&tree, wish)?;
            tree.judge_place(None, parent)?;
            let category = add(&tx, parent, &wish.title).await?;
            let tree = persistence::category::tree_in(&tx).await?;
            let location = Some(format!("/categories/{}", category.slug));
            Ok::<_, CatalogError>(Answer::new(201, location, &CategoryView::of(&category, &tree))?)
        };
        let answer = unraced(|| idempotency::once(self.db(), key, work)).await?;
        self.cache().tell(&Invalidation::of_tree());
        Ok(answer)
    }

    /// Renames and moves a category, with everything below it. Its slug stays.
    pub(crate) async fn replace_category(
        &self,
        id: CategoryId,
        if_match: Option<&str>,
        wish: &CategoryWish,
    ) -> Result<Document, CatalogError> {
        let work = |tx: Tx| async move {
            let tree = persistence::category::lock(&tx).await?;
            let kept = tree.find_id(id).ok_or(CatalogError::CategoryNotFound(id))?;
            require_match(if_match, &Document::of(&CategoryView::of(kept, &tree)).etag)?;
            let parent = find_parent(&tree, wish)?;
            tree.judge_place(Some(kept.number), parent)?;
            let category = Category { parent, title: wish.title.clone(), ..kept.clone() };
            persistence::category::update(&tx, &category).await?;
            let tree = persistence::category::tree_in(&tx).await?;
            Ok::<_, CatalogError>(Document::of(&CategoryView::of(&category, &tree)))
        };
        let document = unraced(|| self.db().transact(work)).await?;
        self.cache().tell(&Invalidation::of_tree());
        Ok(document)
    }
}

/// Adds a category with an address of its own. The tree is locked.
pub(crate) async fn add(tx: &Tx, parent: Option<i64>, title: &str) -> Result<Category, CatalogError> {
    let base = domain_slug(title);
    let base = if base.is_empty() { "category".to_owned() } else { base };
    let unique = tx.seams().ids.next().simple().to_string();
    let wanted = Wanted { base, apart: unique.clone(), unique };
    let slug = slug::free(tx, Space::Categories, &[wanted]).await?.pop().unwrap_or_default();
    Ok(persistence::category::insert(tx, parent, slug, title).await?)
}

fn find_parent(tree: &Tree, wish: &CategoryWish) -> Result<Option<i64>, CatalogError> {
    let Some(slug) = &wish.parent else { return Ok(None) };
    let unknown = || {
        let message = format!("there is no category `{slug}`");
        CatalogError::Invalid(vec![Fault::new("/parent", "unknown-category", message)])
    };
    tree.find(slug).map(|parent| Some(parent.number)).ok_or_else(unknown)
}
