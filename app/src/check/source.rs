//! Reads inventory's claims: from its tables when they are local, over HTTP as the admin otherwise.

use std::fmt::Display;

use inventory::{ClaimSummary, Inventory};
use kernel::OrderId;
use kernel_db::DbError;
use serde::Deserialize;

use crate::client::Client;

/// Why a module was not seen.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unseen {
    /// It is elsewhere, and did not answer what was asked.
    #[error("{0}")]
    There(String),
    /// It is here, and could not be read: that is a failure.
    #[error(transparent)]
    Here(#[from] DbError),
}

/// The most that an admin list gives at once.
const PAGE: u64 = 100;

/// The claims on stock, wherever they are kept.
pub(super) enum Claims<'a> {
    Here(&'a Inventory),
    There(Listed),
}

/// A list that a module elsewhere shows to the admin.
pub(super) struct Listed {
    client: Client,
    /// `next_cursor` of the page before, and the oldest order in it: pages follow each other.
    next: tokio::sync::Mutex<Next>,
}

#[derive(Debug, Default)]
struct Next {
    cursor: Option<String>,
    is_over: bool,
}

#[derive(Debug, Deserialize)]
struct Page {
    items: Vec<Item>,
    next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Item {
    order: OrderId,
    status: String,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    outstanding: i64,
}

impl Claims<'_> {
    pub(super) fn there(client: Client) -> Self {
        Self::There(Listed { client, next: tokio::sync::Mutex::default() })
    }

    pub(super) async fn before(&self, before: Option<OrderId>, limit: u64) -> Result<Vec<ClaimSummary>, Unseen> {
        match self {
            Self::Here(inventory) => Ok(inventory.claims_before(before, limit).await?),
            Self::There(listed) => listed.more(limit).await,
        }
    }

    pub(super) async fn of(&self, orders: &[OrderId]) -> Result<Vec<ClaimSummary>, Unseen> {
        match self {
            Self::Here(inventory) => Ok(inventory.claims_of(orders).await?),
            Self::There(listed) => listed.of(orders).await,
        }
    }
}

impl Listed {
    /// The next claims of the list; fewer than `limit` when it is over.
    async fn more(&self, limit: u64) -> Result<Vec<ClaimSummary>, Unseen> {
        let mut next = self.next.lock().await;
        let mut claims = Vec::new();
        while !next.is_over && u64::try_from(claims.len()).is_ok_and(|count| count < limit) {
            let cursor = next.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = self.page(&format!("limit={PAGE}{cursor}")).await?;
            claims.extend(page.items.into_iter().map(ClaimSummary::from));
            next.is_over = page.next_cursor.is_none();
            next.cursor = page.next_cursor;
        }
        Ok(claims)
    }

    async fn of(&self, orders: &[OrderId]) -> Result<Vec<ClaimSummary>, Unseen> {
        let mut claims = Vec::new();
        for order in orders {
            claims.extend(self.page(&format!("order={order}")).await?.items.into_iter().map(ClaimSummary::from));
        }
        Ok(claims)
    }

    async fn page(&self, query: &str) -> Result<Page, Unseen> {
        let path = format!("/api/v1/admin/holds?{query}");
        let answer = self.client.admin_get(&path).await.map_err(unseen)?;
        serde_json::from_value(answer)
            .map_err(|error| Unseen::There(format!("{path} is not answered as it should be: {error}")))
    }
}

impl From<Item> for ClaimSummary {
    fn from(Item { order, status, lines }: Item) -> Self {
        Self { order, status, outstanding: lines.iter().map(|line| line.outstanding).sum() }
    }
}

fn unseen(error: impl Display) -> Unseen {
    Unseen::There(error.to_string())
}
