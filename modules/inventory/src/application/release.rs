use kernel::{CallContext, OrderId};
use kernel_db::{Asked, Db};

use super::{Book, Call, Stockroom};
use crate::{
    error::InventoryError,
    persistence::{
        claim,
        post::{self, Posting},
    },
};

impl Stockroom {
    /// Gives back whatever the order claims, and bars a claim that arrives late.
    pub(crate) async fn release(&self, cx: &CallContext, order: OrderId) -> Result<(), InventoryError> {
        self.releases.ask(Call::new(cx, order)).await
    }
}

/// What is over already, or was refused, stays as it is.
pub(super) async fn serve(db: Db, calls: Asked<Call>) -> Result<Vec<()>, InventoryError> {
    let calls = &calls;
    db.transact(|tx| async move {
        claim::bar(&tx, calls.iter().map(|call| call.order)).await?;
        let mut book = Book::open(&tx, calls.iter().map(|call| call.order)).await?;
        let mut postings = Vec::new();
        for call in calls {
            let entries = book.claim(call.order)?.release().unwrap_or_default();
            postings.push(Posting { note: &call.note, entries });
        }
        book.close(&tx).await?;
        post::post(&tx, &postings, Vec::new()).await?;
        Ok(vec![(); calls.len()])
    })
    .await
}
