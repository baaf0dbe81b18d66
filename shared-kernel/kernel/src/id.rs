//! Typed identifiers: a UUID that cannot be passed where another thing's UUID is meant.
//!
//! Those that several modules speak of live here, and not in the contracts, so that contracts need not depend on one another.
//! What only one module names is declared in its contract, by the same macro.
//! Ids are made through [`crate::clock::Ids`], never directly.

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier")]
pub struct IdError;

/// Declares typed ids. The crate that says it needs `serde`, `utoipa` and `uuid`.
///
/// ```ignore
/// kernel::ids! {
///     /// One review of a product.
///     ReviewId,
/// }
/// ```
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::serde::Deserialize, ::utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            pub const fn new(uuid: ::uuid::Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> ::uuid::Uuid {
                self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<::uuid::Uuid> for $name {
            fn from(uuid: ::uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for ::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::id::IdError;

            fn from_str(text: &str) -> Result<Self, $crate::id::IdError> {
                text.parse().map(Self).map_err(|_| $crate::id::IdError)
            }
        }
    )+};
}

ids! {
    /// One published fact; unique over all modules.
    EventId,
    ProductId,
    CategoryId,
    /// One order's claim on stock.
    HoldId,
    OrderId,
    /// Random (UUIDv4): to know a cart's id is to own the cart.
    CartId,
    FulfilmentId,
    ReturnId,
    PaymentId,
    /// One call to a payment provider; also the reference by which the provider knows it.
    AttemptId,
    /// One refund. The caller chooses the id, so that a repeated request refunds once.
    RefundId,
}
