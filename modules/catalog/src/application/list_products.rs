//! One page of products as the public sees it.

use std::collections::HashMap;

use kernel::{Cursor, Limit, Page, ProductId};
use serde::{Deserialize, Serialize};

use crate::{
    cache::Document,
    domain::{
        Product,
        listing::{Order, Place},
    },
    error::CatalogError,
    module::Catalog,
    persistence::{self, page::Wanted, search::Search},
    view::ProductView,
};

/// What to list, as a client asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) order: Order,
    /// A category's slug; what stands below it counts too.
    pub(crate) category: Option<String>,
    /// `None` when nothing is searched for.
    pub(crate) words: Option<Vec<String>>,
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
        let words = self.words.as_ref().map(|words| words.join(" "));
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
        let places = persistence::page::places(self.db(), &wanted).await?;
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
        let search = match listing.words.as_deref() {
            None => None,
            Some([]) => return Ok(None),
            Some(words) => Some(Search::plan(self.db(), words.to_vec()).await?),
        };
        let after = listing.after.as_ref().map(|after| &after.place);
        Ok(Some(Wanted { order: listing.order, shelves, search, after, rows: listing.limit.and_one() }))
    }

    /// What was archived between the two reads is left out.
    async fn fill(&self, page: Page<Place>) -> Result<Page<ProductView>, CatalogError> {
        let ids: Vec<ProductId> = page.items.iter().map(|place| place.product).collect();
        let products = persistence::product::active(self.db(), &ids).await?;
        let tree = self.tree_for(&products).await?;
        let mut products: HashMap<ProductId, Product> =
            products.into_iter().map(|product| (product.id(), product)).collect();
        let views = ids.iter().filter_map(|id| products.remove(id)).map(|product| ProductView::of(&product, &tree));
        Ok(Page { items: views.collect(), next_cursor: page.next_cursor })
    }
}
