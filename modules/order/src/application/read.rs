//! Shows orders.

use kernel::{Limit, OrderId, Page};

use super::Orders;
use crate::{
    error::OrderError,
    persistence::{
        goods,
        query::{self, Filter},
        timeline,
    },
    view::{OrderView, TimelineView},
};

impl Orders {
    /// One order, with what left the house and what came back.
    pub(crate) async fn read(&self, id: OrderId) -> Result<OrderView, OrderError> {
        let reader = self.db.reader();
        let order = query::order(reader, id).await?.ok_or(OrderError::NotFound(id))?;
        if order.lines().iter().all(|line| line.fulfilled == 0 && line.returned() == 0) {
            return Ok(OrderView::of(&order));
        }
        let fulfilments = goods::fulfilments(reader, id).await?;
        let returns = goods::returns(reader, id, order.terms.total.currency()).await?;
        Ok(OrderView::of(&order).with_goods(fulfilments, returns))
    }

    /// The newest orders first.
    pub(crate) async fn list(&self, filter: &Filter, limit: Limit) -> Result<Page<OrderView>, OrderError> {
        Ok(query::page(self.db.reader(), filter, limit).await?.map(|order| OrderView::of(&order)))
    }

    pub(crate) async fn timeline(&self, id: OrderId) -> Result<TimelineView, OrderError> {
        let reader = self.db.reader();
        let happenings = timeline::of_order(reader, id).await?;
        if happenings.is_empty() && query::order(reader, id).await?.is_none() {
            return Err(OrderError::NotFound(id));
        }
        Ok(happenings.into())
    }
}
