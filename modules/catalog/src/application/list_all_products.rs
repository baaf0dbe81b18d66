//! One page of products as the admin sees it: drafts and archived ones too.

use kernel::{Limit, Page};

use super::list_products::AfterKey;
use crate::{
    domain::{
        Query, Status,
        listing::{Column, Order},
    },
    error::CatalogError,
    persistence::wanted::Wanted,
    service::Catalog,
    view::ProductView,
};

/// The newest first.
pub(crate) const ORDER: Order = Order { column: Column::Newest, descending: true };

/// What to list, as the admin asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdminListing {
    /// `None` for every status.
    pub(crate) status: Option<Status>,
    /// `None` when nothing is searched for.
    pub(crate) query: Option<Query>,
    pub(crate) after: Option<AfterKey>,
    pub(crate) limit: Limit,
}

impl Catalog {
    pub(crate) async fn list_all_products(&self, listing: &AdminListing) -> Result<Page<ProductView>, CatalogError> {
        if listing.query.as_ref().is_some_and(Query::is_empty) {
            return Ok(Page { items: Vec::new(), next_cursor: None });
        }
        let wanted = Wanted {
            order: ORDER,
            shelves: None,
            status: listing.status,
            query: listing.query.as_ref(),
            after: listing.after.as_ref().map(|after| &after.place),
            rows: listing.limit.and_one(),
        };
        let places = self.places(&wanted).await?;
        let page = Page::cut(places, listing.limit, |place| AfterKey { order: ORDER, place: place.clone() });
        self.fill_with(page, listing.status).await
    }
}
