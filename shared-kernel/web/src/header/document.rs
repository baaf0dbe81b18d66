//! The headers in the OpenAPI document: `params(IdempotencyKey)`.

use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use super::{
    IDEMPOTENCY_KEY, IF_MATCH, IdempotencyKey, IfMatch, ORDER_TOKEN, OptionalIfMatch, OptionalKey, OrderToken,
};

const KEY: &str = "Names the effect: the same key with the same body has it once and answers the same again. Kept 30 \
                   days, for you alone. Take a new random one, such as a UUID, for each effect.";
const TAG: &str = "The `ETag` of what you read; 412 when it has changed since.";
const TOKEN: &str = "`order_token` of the answer to placing the order.";

macro_rules! documented {
    ($($header:ident: $name:expr, $required:expr, $description:expr, $max_length:expr;)+) => {$(
        impl IntoParams for $header {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length($max_length);
                let header = ParameterBuilder::new().name($name).parameter_in(ParameterIn::Header);
                vec![header.required($required).description(Some($description)).schema(Some(text)).build()]
            }
        }
    )+};
}

documented! {
    IdempotencyKey: IDEMPOTENCY_KEY, Required::True, KEY, Some(255);
    OptionalKey: IDEMPOTENCY_KEY, Required::False, KEY, Some(255);
    IfMatch: IF_MATCH, Required::True, TAG, None;
    OptionalIfMatch: IF_MATCH, Required::False, TAG, None;
    OrderToken: ORDER_TOKEN, Required::False, TOKEN, None;
}
