//! What the shop makes of goods that a buyer wants to give back.

use kernel::{Limit, OrderId, Page, ReturnId};
use kernel_db::{
    Cause,
    idempotency::{self, Answer},
};

use super::{Orders, Request};
use crate::{
    domain::{
        Act, Order, Refusal, Return,
        returns::{ReceivedLine, ReturnStatus},
    },
    error::OrderError,
    persistence::{
        orders, query, refunds,
        returns::{self, Numbered},
    },
    view::ReturnView,
};

/// What a person decides.
#[derive(Debug, Clone)]
pub(crate) enum Decision {
    /// The money goes back; the goods may still come.
    Approve,
    /// The goods came.
    Receive(Arrival),
    /// Nothing is taken back.
    Refuse { reason: String },
}

/// Goods that came.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// All that was asked for when it is missing.
    pub(crate) lines: Option<Vec<ReceivedLine>>,
    /// Whether the units can be sold again, where all came.
    pub(crate) restock: bool,
}

impl Orders {
    /// Decides about a return. Money and stock move by the event, once: the order is locked, and the return's state
    /// table lets one decision through.
    pub(crate) async fn decide_return(
        &self,
        request: &Request,
        id: ReturnId,
        decision: &Decision,
    ) -> Result<Answer, OrderError> {
        let act = &Act { by: request.cx.principal.label(), at: self.now() };
        idempotency::once(&self.db, request.key.as_ref(), |tx| async move {
            let of: OrderId = returns::order_of(&tx, id).await?.ok_or(OrderError::NoReturn(id))?;
            let mut order = orders::lock(&tx, of).await?.ok_or(OrderError::NoReturn(id))?;
            // Read after the order is locked, so that any earlier decision has committed.
            let mut back = returns::find(&tx, id).await?.ok_or(OrderError::NoReturn(id))?.back;
            let left = order.left(refunds::due(&tx, of).await?);
            decide(&mut order, &mut back, decision, left, act)?;
            orders::save(&tx, &Cause::from(&request.cx), &mut order).await?;
            returns::save(&tx, &back).await?;
            Ok::<_, OrderError>(Answer::new(200, None, &ReturnView::of(back, order.terms.name()))?)
        })
        .await
    }

    pub(crate) async fn read_return(&self, id: ReturnId) -> Result<ReturnView, OrderError> {
        let reader = self.db.reader();
        let Numbered { back, number } = returns::find(reader, id).await?.ok_or(OrderError::NoReturn(id))?;
        let refund = refunds::of_order(reader, back.order, back.amount.currency()).await?;
        let promised = refund.into_iter().find(|promised| promised.promise.refund == back.refund);
        Ok(ReturnView::of(back, number).with_refund(promised.as_ref()))
    }

    /// The newest returns first.
    pub(crate) async fn list_returns(
        &self,
        status: Option<ReturnStatus>,
        after: Option<ReturnId>,
        limit: Limit,
    ) -> Result<Page<ReturnView>, OrderError> {
        let page = returns::page(self.db.reader(), status, after, limit).await?;
        Ok(page.map(|Numbered { back, number }| ReturnView::of(back, number)))
    }

    /// The order that people call so.
    pub(crate) async fn numbered(&self, number: &str) -> Result<Option<OrderId>, OrderError> {
        let Some(row) = crate::domain::order::row_of_name(number) else { return Ok(None) };
        Ok(query::id_of(self.db.reader(), row).await?)
    }
}

fn decide(
    order: &mut Order,
    back: &mut Return,
    decision: &Decision,
    left: kernel::Money,
    act: &Act,
) -> Result<(), Refusal> {
    match decision {
        Decision::Approve => order.approve_return(back, left, act),
        Decision::Refuse { reason } => order.refuse_return(back, reason, act),
        Decision::Receive(Arrival { lines, restock }) => {
            let all = || back.units.iter().map(|(sku, quantity)| all_of(sku, quantity, *restock)).collect();
            let lines = lines.clone().unwrap_or_else(all);
            order.receive_return(back, lines, left, act)
        }
    }
}

fn all_of(sku: &kernel::Sku, quantity: i64, restock: bool) -> ReceivedLine {
    ReceivedLine { sku: sku.clone(), quantity, condition: None, restock }
}
