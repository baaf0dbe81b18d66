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
    persistence::{orders, placements, rows_of},
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

/// Passes the pivot: one statement.
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
                let pivot = placements::pass_pivot(&ids, now + lease);
                orders::save_all(&tx, vec![pivot], &mut saved).await?;
                drop(saved);
                Ok(confirmed)
            })
            .await
        }
    })
}

/// Keeps the payments' sums and the answers, and ends the sagas: one statement.
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
    let answers: Vec<_> = asked.iter().map(|asked| (&asked.key, &asked.answer)).collect();
    let facts: Vec<_> = asked.iter().map(|asked| (asked.order, asked.payment)).collect();
    let writes = vec![placements::end(&ids), idempotency::answers(&answers), orders::payments_known(&facts)];
    let changed = tx.run_all(writes).await?;
    let (Some(&ended), Some(&answered)) = (changed.first(), changed.get(1)) else { return Err(Unwritten::Overtaken) };
    if ended != rows_of(&ids) {
        return Err(Unwritten::Overtaken);
    }
    Ok(idempotency::kept(tx, &answers, answered).await?)
}
