use garde::Validate;
use kernel::{Line, OrderId, PaymentId, RefundId};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::application::RefundRequest;

/// Which payments to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PaymentsQuery {
    /// Only the payment of this order.
    pub(super) order: Option<OrderId>,
    /// `true` for those with work for the shop: a refund that was promised and cannot be made, a void that the provider
    /// refuses, an outcome that has been open for too long. `false` for the others.
    pub(super) attention: Option<bool>,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
    /// How many items, 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(super) limit: Option<u16>,
}

/// Money to give back.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundBody {
    /// In minor units of the payment's currency.
    #[garde(range(min = 1))]
    #[schema(example = 500, minimum = 1)]
    amount: i64,
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "arrived broken")]
    reason: Line<500>,
}

impl RefundBody {
    /// The key names the refund, so the same key on the same payment can only ever mean one.
    pub(super) fn into_request(self, payment: PaymentId, key: &str) -> RefundRequest {
        let digest = Sha256::digest(format!("refund of {payment} under {key}"));
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(digest) {
            *to = from;
        }
        let refund = RefundId::new(uuid::Builder::from_random_bytes(bytes).into_uuid());
        RefundRequest { payment, refund, minor: self.amount, reason: self.reason.into() }
    }
}

/// How the shop has settled a refund that could not be made.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResolveBody {
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "paid by bank transfer")]
    pub(super) reason: Line<500>,
}
