//! What clients send, and the rules for it. Texts, currencies, countries and SKUs are checked by being read.

use garde::Validate;
use kernel::{Country, Currency, Email, Line, Money, OrderId, Prose, Sku, text::optional};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    application::{
        ask_return::AskReturn,
        call_off::CallOffLines,
        fulfil::Fulfil,
        place::{Asked, Place, Purchase},
    },
    domain::{
        Address, Units, Wanted,
        basket::{MAX_LINES, MAX_QUANTITY},
    },
};

mod returns;
mod search;

pub(super) use returns::{ReceiveBody, RefuseBody};
pub(super) use search::{OrdersQuery, ReturnsQuery};

/// A purchase.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceOrderBody {
    #[garde(skip)]
    email: Email,
    #[garde(skip)]
    currency: Currency,
    /// 1 to 1,000; one SKU may stand on several lines.
    #[garde(length(min = 1, max = MAX_LINES), dive)]
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<LineBody>,
    #[garde(dive)]
    payment: PaymentBody,
    #[garde(dive)]
    shipping_address: Option<AddressBody>,
    #[garde(skip)]
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<Prose<1000>>,
    /// The total that the buyer was shown, as a cart's answer has it. When it is another now, nothing is bought: 409
    /// `total-changed`.
    #[garde(skip)]
    expected_total: Option<Money>,
}

/// A purchase of what a cart holds.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckOutBody {
    #[garde(skip)]
    email: Email,
    #[garde(skip)]
    currency: Currency,
    #[garde(dive)]
    payment: PaymentBody,
    #[garde(dive)]
    shipping_address: Option<AddressBody>,
    #[garde(skip)]
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<Prose<1000>>,
    /// The total that the buyer was shown, as a cart's answer has it. When it is another now, nothing is bought: 409
    /// `total-changed`.
    #[garde(skip)]
    expected_total: Option<Money>,
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineBody {
    #[garde(skip)]
    sku: Sku,
    #[garde(range(min = 1, max = MAX_QUANTITY))]
    #[schema(minimum = 1, maximum = 100_000, example = 6)]
    quantity: i64,
}

/// How it is paid for. Never with a card number: the provider's own form gives a token for it.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentBody {
    /// The provider's name.
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 64, example = "simulated")]
    method: Line<64>,
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "tok_approve")]
    token: Line<500>,
}

/// Where the goods go. An optional line that is blank is as good as left out.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressBody {
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "Ada Lovelace")]
    name: Line<200>,
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "1 High St")]
    line1: Line<200>,
    #[garde(skip)]
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = Option<String>, max_length = 200)]
    line2: Option<Line<200>>,
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "London")]
    city: Line<100>,
    #[garde(skip)]
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = Option<String>, max_length = 100)]
    region: Option<Line<100>>,
    #[garde(skip)]
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = Option<String>, max_length = 20, example = "N1")]
    postal_code: Option<Line<20>>,
    #[garde(skip)]
    country: Country,
}

/// How many units of the SKU in the path a cart is to hold.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CartLineBody {
    /// None removes the line.
    #[garde(range(min = 0, max = MAX_QUANTITY))]
    #[schema(minimum = 0, maximum = 100_000, example = 2)]
    quantity: i64,
}

/// Goods on their way.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FulfilBody {
    /// All that is left, when it is left out.
    #[garde(length(min = 1, max = MAX_LINES), dive)]
    #[schema(min_items = 1, max_items = 1000)]
    lines: Option<Vec<LineBody>>,
    /// How to follow the parcel.
    #[garde(skip)]
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = Option<String>, max_length = 200, example = "RM 1234 5678 9GB")]
    tracking: Option<Line<200>>,
}

/// Units that the buyer wants to be rid of.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnBody {
    #[garde(length(min = 1, max = MAX_LINES), dive)]
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<LineBody>,
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "too big")]
    reason: Line<500>,
    /// Whether the buyer says that the units can be sold again. The shop decides when they come.
    #[garde(skip)]
    #[serde(default)]
    restock: bool,
}

/// Units that are not to be sent any more.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallOffBody {
    #[garde(length(min = 1, max = MAX_LINES), dive)]
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<LineBody>,
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 500, example = "ordered one too many")]
    reason: Line<500>,
}

impl PlaceOrderBody {
    pub(super) fn into_command(self, asked: Asked) -> Place {
        let lines = self.lines.into_iter().map(Into::into).collect();
        let Self { email, currency, payment, shipping_address, note, expected_total, .. } = self;
        let checkout = CheckOutBody { email, currency, payment, shipping_address, note, expected_total };
        Place { asked, purchase: checkout.into_purchase(), lines, cart: None }
    }
}

impl CheckOutBody {
    pub(super) fn into_purchase(self) -> Purchase {
        let Self { email, currency, payment, shipping_address, note, expected_total } = self;
        let PaymentBody { method, token } = payment;
        let (email, method, token) = (email.into_string(), method.into_string(), token.into_string());
        let (shipping_address, note) = (shipping_address.map(Address::from), note.map(String::from));
        Purchase { email, currency, method, token, shipping_address, note, expected_total }
    }
}

impl From<AddressBody> for Address {
    fn from(address: AddressBody) -> Self {
        let AddressBody { name, line1, line2, city, region, postal_code, country } = address;
        Self {
            name: name.into(),
            line1: line1.into(),
            line2: line2.map(String::from),
            city: city.into(),
            region: region.map(String::from),
            postal_code: postal_code.map(String::from),
            country: country.into(),
        }
    }
}

impl From<LineBody> for Wanted {
    fn from(LineBody { sku, quantity }: LineBody) -> Self {
        Self { sku, quantity }
    }
}

impl FromIterator<LineBody> for Units {
    fn from_iter<I: IntoIterator<Item = LineBody>>(lines: I) -> Self {
        lines.into_iter().map(|line| (line.sku, line.quantity)).collect()
    }
}

impl CartLineBody {
    pub(super) const fn into_line(self, sku: Sku) -> Wanted {
        Wanted { sku, quantity: self.quantity }
    }
}

impl FulfilBody {
    pub(super) fn into_command(self, order: OrderId) -> Fulfil {
        let Self { lines, tracking } = self;
        Fulfil { order, units: lines.map(Units::from_iter), tracking: tracking.map(String::from) }
    }
}

impl ReturnBody {
    pub(super) fn into_command(self, order: OrderId) -> AskReturn {
        let Self { lines, reason, restock } = self;
        AskReturn { order, units: lines.into_iter().collect(), reason: reason.into(), restock }
    }
}

impl CallOffBody {
    pub(super) fn into_command(self, order: OrderId) -> CallOffLines {
        let Self { lines, reason } = self;
        CallOffLines { order, units: lines.into_iter().collect(), reason: reason.into() }
    }
}
