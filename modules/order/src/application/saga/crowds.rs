//! The two writes that every order makes on its way, for a crowd of them at once.

use std::sync::Arc;

use kernel::{OrderId, PaymentId};
use kernel_db::{
    Cause, Crowd, Db, Tx,
    idempotency::{self, Answer, Key},
};

use super::writes::Unwritten;
use crate::{
    Config,
    domain::{Order, PaymentFacts},
    persistence::{orders, placements},
};

/// An order whose stock is held and whose money is set aside.
pub(in crate::application) struct Confirming {
    pub(super) order: Order,
    pub(super) payment: PaymentId,
    pub(super) cause: Cause,
}

/// An order for which everything is done.
pub(in crate::application) struct Finishing {
    pub(super) order: OrderId,
    pub(super) payment: PaymentFacts,
    pub(super) key: Key,
    pub(super) answer: Answer,
}

/// Passes the pivot: three statements.
pub(in crate::application) fn confirming(db: &Db, config: &Config) -> Crowd<Confirming, Order, Unwritten> {
    let (db, lease) = (db.clone(), config.lease());
    Crowd::new(move |asked: Vec<Arc<Confirming>>| {
        let db = db.clone();
        async move {
            let (now, asked) = (db.seams().now(), &asked);
            db.transact(|tx| async move {
                let mut confirmed: Vec<Order> = asked.iter().map(|asked| asked.order.clone()).collect();
                let mut saved = Vec::with_capacity(asked.len());
                for (order, asked) in confirmed.iter_mut().zip(asked) {
                    order.confirm(asked.payment, now)?;
                    saved.push((asked.cause.clone(), order));
                }
                // Sagas before orders, wherever both are written: two writers then never wait for each other.
                let ids: Vec<OrderId> = asked.iter().map(|asked| asked.order.id()).collect();
                if !placements::pass_pivot(&tx, &ids, now + lease).await? {
                    return Err(Unwritten::Overtaken);
                }
                orders::save_all(&tx, &mut saved).await?;
                drop(saved);
                Ok(confirmed)
            })
            .await
        }
    })
}

/// Keeps the payments' sums and the answers, and ends the sagas: three statements.
pub(in crate::application) fn finishing(db: &Db) -> Crowd<Finishing, Answer, Unwritten> {
    let db = db.clone();
    Crowd::new(move |asked: Vec<Arc<Finishing>>| {
        let db = db.clone();
        async move {
            let asked = &asked;
            db.transact(|tx| async move { finish(&tx, asked).await }).await
        }
    })
}

async fn finish(tx: &Tx, asked: &[Arc<Finishing>]) -> Result<Vec<Answer>, Unwritten> {
    let ids: Vec<OrderId> = asked.iter().map(|asked| asked.order).collect();
    if !placements::end(tx, &ids).await? {
        return Err(Unwritten::Overtaken);
    }
    let answers: Vec<_> = asked.iter().map(|asked| (&asked.key, &asked.answer)).collect();
    let kept = idempotency::answer_all(tx, &answers).await?;
    // Last, because payment's events write the same rows: nobody holds them longer than it takes to commit.
    let facts: Vec<_> = asked.iter().map(|asked| (asked.order, asked.payment)).collect();
    orders::note_payments(tx, &facts).await?;
    Ok(kept)
}
