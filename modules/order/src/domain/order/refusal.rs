use kernel::{Kind, Problem};
use serde_json::json;

use crate::domain::{Status, goods::Excess};

/// Why an order does not do what it is asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("an order that is {from} cannot become {to}")]
    IllegalMove { from: Status, to: Status },
    #[error("an order that is {status} takes nothing back")]
    NotReturnable { status: Status },
    #[error("goods have left the house; send them back instead")]
    AlreadySent,
    #[error("the order is confirmed, and its money and stock are being claimed; try again in a moment")]
    NotSettled,
    #[error("nothing is left to send")]
    NothingToSend,
    #[error("more than is left to send")]
    FulfilmentExceedsOrder { lines: Vec<Excess> },
    #[error("more than was bought and not returned before")]
    ReturnsExceedPurchase { lines: Vec<Excess> },
    #[error("the amount is too large")]
    AmountTooLarge,
}

impl Problem for Refusal {
    fn kind(&self) -> Kind {
        match self {
            Self::AmountTooLarge => Kind::Invalid,
            _ => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::IllegalMove { .. } => "illegal-move",
            Self::NotReturnable { .. } => "not-returnable",
            Self::AlreadySent => "already-sent",
            Self::NotSettled => "order-not-settled",
            Self::NothingToSend => "nothing-to-send",
            Self::FulfilmentExceedsOrder { .. } => "fulfilment-exceeds-order",
            Self::ReturnsExceedPurchase { .. } => "returns-exceed-purchase",
            Self::AmountTooLarge => "amount-too-large",
        }
    }

    fn extensions(&self) -> Option<serde_json::Value> {
        match self {
            Self::IllegalMove { from: status, .. } | Self::NotReturnable { status } => {
                Some(json!({ "order_status": status }))
            }
            Self::FulfilmentExceedsOrder { lines } | Self::ReturnsExceedPurchase { lines } => {
                Some(json!({ "lines": lines }))
            }
            _ => None,
        }
    }
}
