//! What the shop says of goods that a buyer wants to give back.

use garde::Validate;
use kernel::{Line, Sku, text::optional};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    application::decide_return::{Arrival, Decision},
    domain::{
        basket::{MAX_LINES, MAX_QUANTITY},
        returns::ReceivedLine,
    },
};

/// Goods that came.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiveBody {
    /// All that was asked for, when it is left out. Less may come; what did not come may be asked for again.
    #[garde(length(min = 1, max = MAX_LINES), dive)]
    #[schema(min_items = 1, max_items = 1000)]
    lines: Option<Vec<ReceivedLineBody>>,
    /// Whether the units can be sold again, where a line does not say it.
    #[garde(skip)]
    #[serde(default)]
    restock: bool,
}

/// Units that came. A SKU may stand on several lines, in different conditions.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceivedLineBody {
    #[garde(skip)]
    sku: Sku,
    #[garde(range(min = 1, max = MAX_QUANTITY))]
    #[schema(minimum = 1, maximum = 100_000, example = 1)]
    quantity: i64,
    /// In which state the units are.
    #[serde(alias = "state")]
    #[garde(skip)]
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = Option<String>, max_length = 200, example = "box opened")]
    condition: Option<Line<200>>,
    /// Whether the units can be sold again.
    #[garde(skip)]
    restock: Option<bool>,
}

/// Why nothing is taken back.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefuseBody {
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "worn")]
    reason: Line<500>,
}

impl ReceiveBody {
    pub(crate) fn into_decision(self) -> Decision {
        let Self { lines, restock } = self;
        let line = |line: ReceivedLineBody| {
            let ReceivedLineBody { sku, quantity, condition, restock: own } = line;
            ReceivedLine { sku, quantity, condition: condition.map(Into::into), restock: own.unwrap_or(restock) }
        };
        let lines = lines.map(|lines| lines.into_iter().map(line).collect());
        Decision::Receive(Arrival { lines, restock })
    }
}

impl RefuseBody {
    pub(crate) fn into_decision(self) -> Decision {
        Decision::Refuse { reason: self.reason.into() }
    }
}
