use async_trait::async_trait;
use kernel::{CallContext, Envelope, OrderId};
use kernel_db::{Cause, Reaction, ReactionError, Tx};
use order_contract::OrderEvent;

use crate::{
    application::Book,
    domain::{Claim, Entry},
    error::InventoryError,
    persistence::{
        claim,
        post::{self, Note, Posting},
    },
};

/// What an order no longer needs is given back; what leaves the house, or comes back to it, is counted.
pub(crate) struct OnOrder;

/// The others are far more: that orders are placed and confirmed.
const MOVES_GOODS: [&str; 4] = ["order.cancelled.v1", "order.rejected.v1", "order.fulfilled.v1", "order.returned.v1"];

#[async_trait]
impl Reaction for OnOrder {
    fn concerns(&self, event: &Envelope) -> bool {
        MOVES_GOODS.contains(&event.event_type.as_str())
    }

    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        self.react_all(tx, std::slice::from_ref(event)).await
    }

    /// Costs seven round trips at most, whatever the number of events.
    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        let mut told = Vec::new();
        for event in events {
            told.extend(Told::read(event)?);
        }
        if told.is_empty() {
            return Ok(());
        }
        apply(tx, &told).await.map_err(ReactionError::new)
    }
}

async fn apply(tx: &Tx, told: &[Told]) -> Result<(), InventoryError> {
    claim::bar(tx, told.iter().filter(|told| told.ends()).map(|told| told.order)).await?;
    let mut book = Book::open(tx, told.iter().map(|told| told.order)).await?;
    let mut postings = Vec::new();
    for told in told {
        let entries = told.moves(book.claim(told.order)?)?;
        postings.push(Posting { note: &told.note, entries });
    }
    book.close(tx).await?;
    post::post(tx, &postings, Vec::new()).await
}

/// News that moves goods, and who made it.
struct Told {
    order: OrderId,
    event: OrderEvent,
    note: Note,
}

impl Told {
    fn read(envelope: &Envelope) -> Result<Option<Self>, ReactionError> {
        let event = envelope.event::<OrderEvent>()?;
        let (order, by) = match &event {
            OrderEvent::Cancelled(event) => (event.order, event.by.clone()),
            OrderEvent::Rejected(event) => (event.order, None),
            OrderEvent::Fulfilled(event) => (event.order, event.by.clone()),
            OrderEvent::Returned(event) => (event.order, event.by.clone()),
            _ => return Ok(None),
        };
        let actor = by.unwrap_or_else(|| CallContext::system("order").principal.label());
        Ok(Some(Self { order, event, note: Note { actor, cause: Cause::from(envelope) } }))
    }

    const fn ends(&self) -> bool {
        matches!(self.event, OrderEvent::Cancelled(_) | OrderEvent::Rejected(_))
    }

    /// The ledger keeps why an order ended, or its goods came back.
    fn moves(&self, claim: &mut Claim) -> Result<Vec<Entry>, InventoryError> {
        let because =
            |entries: Vec<Entry>, reason: &str| entries.into_iter().map(|entry| entry.because(reason)).collect();
        match &self.event {
            OrderEvent::Cancelled(event) => Ok(because(claim.release().unwrap_or_default(), &event.reason)),
            OrderEvent::Rejected(event) => Ok(because(claim.release().unwrap_or_default(), &event.reason)),
            OrderEvent::Fulfilled(event) => claim.fulfil(&event.lines),
            OrderEvent::Returned(event) => Ok(because(claim.take_back(&event.lines, event.restock)?, &event.reason)),
            _ => Ok(Vec::new()),
        }
    }
}
