//! A new product.

use std::sync::{Mutex, PoisonError};

use kernel::{CallContext, ProductId};
use kernel_db::{
    Cause, Tx,
    idempotency::{self, Answer, Key},
};

use super::{complete, news_of, refuse_taken, unraced};
use crate::{
    cache::Invalidation,
    domain::{Product, Sheet, slug::slug as domain_slug},
    error::CatalogError,
    persistence::{
        slug::{self, Space, Wanted},
        store::{self, Change},
    },
    service::Catalog,
    view::ProductView,
};

/// What the admin wants of a product. The sheet's categories are named by their slugs.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) sheet: Sheet,
    pub(crate) categories: Vec<String>,
}

impl Catalog {
    /// Makes a product; with a key, once for each key.
    pub(crate) async fn create_product(
        &self,
        cx: &CallContext,
        key: Option<&Key>,
        wish: &Wish,
    ) -> Result<Answer, CatalogError> {
        let cause = &Cause::from(cx);
        unraced(|| async move {
            let made: &Mutex<Invalidation> = &Mutex::default();
            let answer = idempotency::once(self.db(), key, |tx| async move {
                let (news, answer) = create(&tx, cause, wish).await?;
                *made.lock().unwrap_or_else(PoisonError::into_inner) = news;
                Ok::<_, CatalogError>(answer)
            })
            .await?;
            self.cache().tell(&made.lock().unwrap_or_else(PoisonError::into_inner));
            Ok(answer)
        })
        .await
    }
}

async fn create(tx: &Tx, cause: &Cause, wish: &Wish) -> Result<(Invalidation, Answer), CatalogError> {
    let (sheet, tree) = complete(tx, &wish.sheet, &wish.categories).await?;
    let id: ProductId = tx.seams().id();
    let slug = free_slug(tx, id, &sheet).await?;
    let product = Product::introduce(id, slug, sheet, 0, tx.seams().now());
    refuse_taken(tx, &product).await?;
    let mut change = Change::new(product);
    store::save(tx, cause, std::slice::from_mut(&mut change)).await?;
    let location = Some(format!("/products/{id}"));
    let answer = Answer::new(201, location, &ProductView::of(&change.product, &tree))?;
    Ok((news_of(&change), answer))
}

async fn free_slug(tx: &Tx, id: ProductId, sheet: &Sheet) -> Result<String, CatalogError> {
    let mut slugs = slug::free(tx, Space::Products, &[wanted_slug(id, sheet)]).await?;
    Ok(slugs.pop().unwrap_or_default())
}

/// The address that a product would like.
pub(crate) fn wanted_slug(id: ProductId, sheet: &Sheet) -> Wanted {
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let first = sheet.skus().next().map(|sku| domain_slug(sku.as_str())).unwrap_or_default();
    Wanted {
        base: or(domain_slug(&sheet.title), "product"),
        apart: or(first, "product"),
        unique: id.uuid().simple().to_string(),
    }
}
