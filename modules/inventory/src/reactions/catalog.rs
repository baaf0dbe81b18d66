use std::sync::Arc;

use async_trait::async_trait;
use catalog_contract::{CatalogEvent, IntroducedSku};
use kernel::{CallContext, Envelope, Sku};
use kernel_db::{Reaction, ReactionError, Tx};

use super::cause_of;
use crate::{application::InventoryService, persistence::hot::Note};

/// New SKUs get levels.
pub(crate) struct OnCatalog(pub(crate) Arc<InventoryService>);

#[async_trait]
impl Reaction for OnCatalog {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        self.react_all(tx, std::slice::from_ref(event)).await
    }

    /// All at once: an import publishes one event for each product.
    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        let mut introduced: Vec<(Sku, i64)> = Vec::new();
        for event in events {
            let skus = introduced_by(event.event::<CatalogEvent>()?);
            introduced.extend(skus.into_iter().map(|new| (new.sku, new.opening_stock)));
        }
        let note = Note { cause: cause_of(events), ..Note::of(&CallContext::system("catalog")) };
        self.0.introduce(tx, &note, &introduced).await.map_err(ReactionError::new)
    }
}

fn introduced_by(event: CatalogEvent) -> Vec<IntroducedSku> {
    match event {
        CatalogEvent::Created(created) => created.introduced,
        CatalogEvent::Updated(updated) => updated.introduced,
        CatalogEvent::Archived(_) | CatalogEvent::Unknown(_) => Vec::new(),
    }
}
