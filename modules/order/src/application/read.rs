//! Shows orders.

use kernel::{Limit, OrderId, Page};

use super::Orders;
use crate::{
    domain::{Line, Status},
    error::OrderError,
    persistence::{
        goods::Goods,
        query::{self, Filter},
        timeline,
    },
    view::{OrderView, TimelineView},
};

impl Orders {
    /// One order, with what left the house, what came back, and what is given back for it.
    pub(crate) async fn read(&self, id: OrderId) -> Result<OrderView, OrderError> {
        let reader = self.db.reader();
        let order = query::order(reader, id).await?.ok_or(OrderError::NotFound(id))?;
        let untouched = |line: &Line| line.fulfilled == 0 && line.called_off == 0;
        if order.status() != Status::Cancelled && order.lines().iter().all(untouched) {
            return Ok(OrderView::of(&order));
        }
        let goods = Goods::of(reader, &order).await?;
        Ok(OrderView::of(&order).with_goods(goods))
    }

    /// The newest orders first.
    pub(crate) async fn list(&self, filter: &Filter, limit: Limit) -> Result<Page<OrderView>, OrderError> {
        Ok(query::page(self.db.reader(), filter, limit).await?.map(|order| OrderView::of(&order)))
    }

    pub(crate) async fn timeline(&self, id: OrderId) -> Result<TimelineView, OrderError> {
        let reader = self.db.reader();
        let order = query::order(reader, id).await?.ok_or(OrderError::NotFound(id))?;
        Ok(timeline::of_order(reader, &order).await?.into())
    }
}
