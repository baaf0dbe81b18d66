//! What clients send, and the rules for it. Numbers, currencies and SKUs are checked by being read.

use garde::Validate;
use kernel::{Currency, Money, OrderId, Sku};
use kernel_web::ApiResult;
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
mod text;

pub(super) use returns::{ReceiveBody, RefuseBody};
pub(super) use search::{OrdersQuery, ReturnsQuery};

use text::{line_of_text, refuse_cards, some_line_of_text, some_text};

/// A purchase.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceOrderBody {
    #[garde(custom(text::email))]
    #[schema(max_length = 254, example = "ada@example.com")]
    email: String,
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
    #[garde(custom(some_text::<1000>))]
    #[schema(max_length = 1000)]
    note: Option<String>,
    /// The total that the buyer was shown, as a cart's answer has it. When it is another now, nothing is bought: 409
    /// `total-changed`.
    #[garde(skip)]
    expected_total: Option<Money>,
}

/// A purchase of what a cart holds.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckOutBody {
    #[garde(custom(text::email))]
    #[schema(max_length = 254, example = "ada@example.com")]
    email: String,
    #[garde(skip)]
    currency: Currency,
    #[garde(dive)]
    payment: PaymentBody,
    #[garde(dive)]
    shipping_address: Option<AddressBody>,
    #[garde(custom(some_text::<1000>))]
    #[schema(max_length = 1000)]
    note: Option<String>,
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
    #[garde(custom(line_of_text::<64>))]
    #[schema(min_length = 1, max_length = 64, example = "simulated")]
    method: String,
    #[garde(custom(line_of_text::<500>))]
    #[schema(min_length = 1, max_length = 500, example = "tok_approve")]
    token: String,
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
pub(crate) struct AddressBody {
    #[garde(custom(line_of_text::<200>))]
    name: String,
    #[garde(custom(line_of_text::<200>))]
    line1: String,
    #[garde(custom(some_line_of_text::<200>))]
    line2: Option<String>,
    #[garde(custom(line_of_text::<100>))]
    city: String,
    #[garde(custom(some_line_of_text::<100>))]
    region: Option<String>,
    #[garde(custom(some_line_of_text::<20>))]
    postal_code: Option<String>,
    #[garde(custom(text::country))]
    country: String,
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
    #[garde(custom(some_line_of_text::<200>))]
    #[schema(max_length = 200, example = "RM 1234 5678 9GB")]
    tracking: Option<String>,
}

/// Units that the buyer wants to be rid of.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnBody {
    #[garde(length(min = 1, max = MAX_LINES), dive)]
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<LineBody>,
    #[garde(custom(line_of_text::<500>))]
    #[schema(min_length = 1, max_length = 500, example = "too big")]
    reason: String,
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
    #[garde(custom(line_of_text::<500>))]
    #[schema(min_length = 1, max_length = 500, example = "ordered one too many")]
    reason: String,
}

impl PlaceOrderBody {
    pub(super) fn into_command(self, asked: Asked) -> ApiResult<Place> {
        let lines = self.lines.into_iter().map(Into::into).collect();
        let Self { email, currency, payment, shipping_address, note, expected_total, .. } = self;
        let checkout = CheckOutBody { email, currency, payment, shipping_address, note, expected_total };
        let purchase = checkout.into_purchase()?;
        Ok(Place { asked, purchase, lines, cart: None })
    }
}

impl CheckOutBody {
    pub(super) fn into_purchase(self) -> ApiResult<Purchase> {
        let Self { email, currency, payment, shipping_address, note, expected_total } = self;
        let PaymentBody { method, token } = payment;
        refuse_cards([("/email", Some(&email)), ("/note", note.as_ref())])?;
        refuse_cards([("/payment/method", Some(&method)), ("/payment/token", Some(&token))])?;
        let shipping_address = shipping_address.map(AddressBody::into_address).transpose()?;
        Ok(Purchase { email, currency, method, token, shipping_address, note, expected_total })
    }
}

impl AddressBody {
    fn into_address(self) -> ApiResult<Address> {
        let Self { name, line1, line2, city, region, postal_code, country } = self;
        refuse_cards([
            ("/shipping_address/name", Some(&name)),
            ("/shipping_address/line1", Some(&line1)),
            ("/shipping_address/line2", line2.as_ref()),
            ("/shipping_address/city", Some(&city)),
            ("/shipping_address/region", region.as_ref()),
            ("/shipping_address/postal_code", postal_code.as_ref()),
        ])?;
        Ok(Address { name, line1, line2, city, region, postal_code, country })
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
    pub(super) fn into_command(self, order: OrderId) -> ApiResult<Fulfil> {
        let Self { lines, tracking } = self;
        refuse_cards([("/tracking", tracking.as_ref())])?;
        Ok(Fulfil { order, units: lines.map(Units::from_iter), tracking })
    }
}

impl ReturnBody {
    pub(super) fn into_command(self, order: OrderId) -> ApiResult<AskReturn> {
        let Self { lines, reason, restock } = self;
        refuse_cards([("/reason", Some(&reason))])?;
        Ok(AskReturn { order, units: lines.into_iter().collect(), reason, restock })
    }
}

impl CallOffBody {
    pub(super) fn into_command(self, order: OrderId) -> ApiResult<CallOffLines> {
        let Self { lines, reason } = self;
        refuse_cards([("/reason", Some(&reason))])?;
        Ok(CallOffLines { order, units: lines.into_iter().collect(), reason })
    }
}
