//! One page of products as the public sees it.

use std::collections::HashMap;

use kernel::{Cursor, Limit, Page, ProductId};
use serde::{Deserialize, Serialize};

use crate::{
    cache::Document,
    domain::{
        Product, Query, Status,
        listing::{Order, Place},
    },
    error::CatalogError,
    persistence::{self, wanted::Wanted},
    service::Catalog,
    view::ProductView,
};

/// What to list, as a client asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) order: Order,
    /// A category's slug; what stands below it counts too.
    pub(crate) category: Option<String>,
    /// `None` when nothing is searched for.
    pub(crate) query: Option<Query>,
    pub(crate) after: Option<AfterKey>,
    pub(crate) limit: Limit,
}

/// The place after which a page begins, in the list that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AfterKey {
    #[serde(rename = "o")]
    pub(crate) order: Order,
    #[serde(rename = "p")]
    pub(crate) place: Place,
}

impl Listing {
    /// One text for all ways of asking for the same page.
    fn key(&self) -> String {
        let words = self.query.as_ref().map(|query| query.words().join(" "));
        let after = self.after.as_ref().map(Cursor::encode);
        let category = self.category.as_deref();
        format!("{:?} {:?} {after:?} {words:?} {category:?}", self.order, self.limit.rows())
    }
}

impl Catalog {
    pub(crate) async fn list_products(&self, listing: &Listing) -> Result<Document, CatalogError> {
        let key = listing.key();
        if let Some(document) = self.cache().page(&key) {
            return Ok(document);
        }
        let stamp = self.cache().stamp();
        let document = Document::of(&self.page(listing).await?);
        self.cache().keep_page(stamp, key, document.clone());
        Ok(document)
    }

    async fn page(&self, listing: &Listing) -> Result<Page<ProductView>, CatalogError> {
        let Some(wanted) = self.wanted(listing).await? else {
            return Ok(Page { items: Vec::new(), next_cursor: None });
        };
        let places = self.places(&wanted).await?;
        let order = listing.order;
        let page = Page::cut(places, listing.limit, |place| AfterKey { order, place: place.clone() });
        self.fill(page).await
    }

    /// `None` when nothing can match: nobody has the category, or what is searched for has no words.
    async fn wanted<'a>(&self, listing: &'a Listing) -> Result<Option<Wanted<'a>>, CatalogError> {
        let shelves = match &listing.category {
            None => None,
            Some(slug) => {
                let tree = self.tree().await?;
                let Some(category) = tree.find(slug) else { return Ok(None) };
                Some(tree.with_descendants(category.number))
            }
        };
        if listing.query.as_ref().is_some_and(Query::is_empty) {
            return Ok(None);
        }
        let after = listing.after.as_ref().map(|after| &after.place);
        let (order, query, rows) = (listing.order, listing.query.as_ref(), listing.limit.and_one());
        Ok(Some(Wanted { order, shelves, status: Some(Status::Active), query, after, rows }))
    }

    /// A search waits for its turn, so that many of them leave the database to others.
    pub(super) async fn places(&self, wanted: &Wanted<'_>) -> Result<Vec<Place>, CatalogError> {
        if wanted.query.is_none() {
            return Ok(persistence::page::places(self.db(), wanted, true).await?);
        }
        let _turn = self.searches().turn().await?;
        let is_indexed = self.searches().is_indexed(self.db()).await?;
        Ok(persistence::page::places(self.db(), wanted, is_indexed).await?)
    }

    /// What was archived between the two reads is left out.
    async fn fill(&self, page: Page<Place>) -> Result<Page<ProductView>, CatalogError> {
        self.fill_with(page, Some(Status::Active)).await
    }

    /// The products of `page` that still have `status`.
    pub(super) async fn fill_with(
        &self,
        page: Page<Place>,
        status: Option<Status>,
    ) -> Result<Page<ProductView>, CatalogError> {
        let ids: Vec<ProductId> = page.items.iter().map(|place| place.product).collect();
        let products = persistence::product::with_status(self.db(), &ids, status).await?;
        let tree = self.tree_for(&products).await?;
        let mut products: HashMap<ProductId, Product> =
            products.into_iter().map(|product| (product.id(), product)).collect();
        let views = ids.iter().filter_map(|id| products.remove(id)).map(|product| ProductView::of(&product, &tree));
        Ok(Page { items: views.collect(), next_cursor: page.next_cursor })
    }
}
