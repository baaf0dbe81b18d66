use catalog_contract::PricesRefusal;
use kernel::{CartId, Kind, OrderId, Problem, ReturnId};
use kernel_db::{DbError, idempotency::KeyRefusal};
use port::PortError;
use serde_json::json;

use crate::{
    domain::{Line, Refusal, Rejection, basket::BasketRefusal},
    persistence::orders::SaveError,
};

/// Why order does not do what it is asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OrderError {
    #[error("there is no order {0}, or you may not see it")]
    NotFound(OrderId),
    #[error("there is no return {0}")]
    NoReturn(ReturnId),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Basket(#[from] BasketRefusal),
    #[error(transparent)]
    Cart(#[from] CartRefusal),
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error("{}", Rejection::TooManyUnpaidOrders)]
    TooManyUnpaid,
    #[error("prices could not be asked for")]
    Prices(#[from] PortError<PricesRefusal>),
    #[error("the order has changed meanwhile; try again")]
    Overtaken,
    #[error("the work was broken off")]
    BrokenOff,
    #[error("orders could not be read or written")]
    Storage(#[from] DbError),
}

/// Why a cart does not do what it is asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CartRefusal {
    #[error("there is no cart {0}; it may have expired")]
    NotFound(CartId),
    #[error("the cart has become an order")]
    CheckedOut,
    #[error("the cart has changed meanwhile; look at it again")]
    Changed,
    #[error("the cart is empty")]
    Empty,
    #[error("the cart has as many lines as an order may have")]
    Full,
}

impl From<SaveError> for OrderError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Overtaken => Self::Overtaken,
            SaveError::Storage(error) => Self::Storage(error),
        }
    }
}

impl Problem for OrderError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound(_) | Self::NoReturn(_) => Kind::NotFound,
            Self::Refused(refusal) => refusal.kind(),
            Self::Basket(refusal) => refusal.kind(),
            Self::Cart(refusal) => refusal.kind(),
            Self::Key(refusal) => refusal.kind(),
            Self::Prices(error) => error.kind(),
            Self::TooManyUnpaid => Rejection::TooManyUnpaidOrders.kind(),
            Self::Overtaken => Kind::Conflict,
            Self::BrokenOff => Kind::Unavailable,
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) | Self::NoReturn(_) => "not-found",
            Self::Refused(refusal) => refusal.code(),
            Self::Basket(refusal) => refusal.code(),
            Self::Cart(refusal) => refusal.code(),
            Self::Key(refusal) => refusal.code(),
            Self::Prices(error) => error.code(),
            Self::TooManyUnpaid => Rejection::TooManyUnpaidOrders.code(),
            Self::Overtaken => "order-changed",
            Self::BrokenOff => "broken-off",
            Self::Storage(error) => error.code(),
        }
    }

    fn extensions(&self) -> Option<serde_json::Value> {
        match self {
            Self::Refused(refusal) => refusal.extensions(),
            Self::Basket(refusal) => refusal.extensions(),
            _ => None,
        }
    }
}

impl Problem for CartRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound(_) => Kind::NotFound,
            Self::CheckedOut | Self::Changed | Self::Empty | Self::Full => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not-found",
            Self::CheckedOut => "cart-checked-out",
            Self::Changed => "cart-changed",
            Self::Empty => "cart-empty",
            Self::Full => "cart-full",
        }
    }
}

impl Problem for BasketRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::TotalChanged { .. } => Kind::Conflict,
            Self::UnknownSku { .. } | Self::CurrencyMismatch { .. } | Self::TotalTooLarge => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownSku { .. } => "unknown-sku",
            Self::CurrencyMismatch { .. } => "currency-mismatch",
            Self::TotalTooLarge => "total-too-large",
            Self::TotalChanged { .. } => "total-changed",
        }
    }

    /// Where in the request each bad line stands; or what is different now.
    fn extensions(&self) -> Option<serde_json::Value> {
        match self {
            Self::UnknownSku { lines } | Self::CurrencyMismatch { lines } => {
                let place = |line| json!({ "pointer": format!("/lines/{line}/sku"), "code": self.code(), "message": self.to_string() });
                Some(json!({ "errors": lines.iter().map(place).collect::<Vec<_>>() }))
            }
            Self::TotalTooLarge => None,
            Self::TotalChanged { expected, total, lines } => {
                let lines: Vec<_> = lines.iter().map(priced).collect();
                Some(json!({ "expected": expected, "total": total, "lines": lines }))
            }
        }
    }
}

fn priced(line: &Line) -> serde_json::Value {
    json!({
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "total": line.total().ok(),
    })
}
