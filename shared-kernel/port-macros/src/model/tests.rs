//! A port that is not one is refused, with words that say what to write instead.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{MethodKind, Port, camel_case, snake_case};

fn read(arguments: TokenStream, item: TokenStream) -> syn::Result<Port> {
    Port::read(syn::parse2(arguments)?, syn::parse2(item)?)
}

/// What is wrong with a port, one line each.
fn complaints(item: TokenStream) -> Vec<String> {
    match read(quote!(name = "stock", version = 1), item) {
        Ok(_) => Vec::new(),
        Err(error) => error.into_iter().map(|error| error.to_string()).collect(),
    }
}

/// What is wrong with a port that has this one method.
fn complaint(method: &str) -> String {
    let item = format!("pub trait Stock {{ {method} }}");
    complaints(item.parse().unwrap()).join(" / ")
}

#[test]
fn a_port_is_read() {
    let port = read(
        quote!(version = 3, name = "gift-cards",),
        quote! {
            /// Cards.
            pub(crate) trait GiftCards: Sized {
                /// Makes one.
                ///
                /// Or none.
                #[command(timeout_ms = 1_000)]
                async fn make(&self, cx: &kernel::CallContext, r#type: u8, at: Vec<u8>) -> port::PortResult<(), Nope>;
                #[command(timeout_ms = 5, idempotent)]
                async fn void(&self, context: &CallContext) -> PortResult<Vec<Card>, refusals::Nope>;
                #[query(timeout_ms = 7)]
                async fn count(&self, cx: &CallContext) -> PortResult<u8, Nope>;
            }
        },
    )
    .unwrap();

    assert_eq!((port.name.as_str(), port.version, port.snake_case().as_str()), ("gift-cards", 3, "gift_cards"));
    let seen: Vec<_> = port
        .methods
        .iter()
        .map(|method| {
            let call = method.call;
            let arguments: Vec<String> = method.arguments.iter().map(super::Argument::name).collect();
            let types = format!("{} or {}", method.answer.to_token_stream(), method.refusal.to_token_stream());
            (method.name(), call.kind, call.idempotent, call.timeout_ms, arguments.join(" "), types)
        })
        .collect();
    let owned = str::to_owned;
    assert_eq!(
        seen,
        [
            (owned("make"), MethodKind::Command, false, 1000, owned("type at"), owned("() or Nope")),
            (owned("void"), MethodKind::Command, true, 5, String::new(), owned("Vec < Card > or refusals :: Nope")),
            (owned("count"), MethodKind::Query, true, 7, String::new(), owned("u8 or Nope")),
        ]
    );
    assert_eq!(port.methods[0].doc(), "Makes one.\n\nOr none.");
    assert_eq!(port.methods[0].attributes.len(), 3, "the doc comment stays, `command` is taken away");
}

#[test]
fn what_the_brackets_may_hold() {
    for (arguments, expected) in [
        ("", "a port needs a name"),
        ("name = \"stock\"", "a port needs a version"),
        ("version = 1", "a port needs a name"),
        ("name = \"Stock\", version = 1", "kebab-case"),
        ("name = \"gift_cards\", version = 1", "kebab-case"),
        ("name = \"-x\", version = 1", "kebab-case"),
        ("name = \"x-\", version = 1", "kebab-case"),
        ("name = \"\", version = 1", "kebab-case"),
        ("name = \"problem\", version = 1", "`problem` is taken"),
        ("name = \"stock\", version = 0", "counts from 1"),
        ("name = \"stock\", version = 4294967296", "counts from 1"),
        ("name = \"stock\", version = \"1\"", "expected integer"),
        ("name = \"stock\", version = 1, colour = 3", "has a `name` and a `version`"),
    ] {
        let item = quote!(
            trait Stock {
                #[query(timeout_ms = 1)]
                async fn a(&self, cx: &CallContext) -> PortResult<A, E>;
            }
        );
        let error = read(arguments.parse().unwrap(), item).err().map(|error| error.to_string());
        assert!(error.as_ref().is_some_and(|error| error.contains(expected)), "{arguments}: {error:?}");
    }
}

#[test]
fn how_a_method_may_be_called() {
    let method = "async fn hold(&self, cx: &CallContext) -> PortResult<A, E>;";
    for (attributes, expected) in [
        ("", "say how `hold` may be called"),
        ("#[must_use]", "say how `hold` may be called"),
        ("#[query]", "a call needs a time limit"),
        ("#[query()]", "a call needs a time limit"),
        ("#[command(idempotent)]", "a call needs a time limit"),
        ("#[command(timeout_ms = 0)]", "above zero"),
        ("#[command(timeout_ms = -1)]", "invalid digit"),
        ("#[command(timeout_ms = \"1s\")]", "expected integer"),
        ("#[command(timeout = 5)]", "a call knows `timeout_ms`"),
        ("#[query(idempotent, timeout_ms = 5)]", "a query may always be repeated"),
        ("#[query(timeout_ms = 5)] #[command(timeout_ms = 5)]", "either one query or one command"),
        ("#[query(timeout_ms = 5)] #[query(timeout_ms = 5)]", "either one query or one command"),
    ] {
        let complaint = complaint(&format!("{attributes} {method}"));
        assert!(complaint.contains(expected), "{attributes}: {complaint}");
    }
}

#[test]
fn what_a_method_looks_like() {
    for (method, expected) in [
        ("fn a(&self, cx: &CallContext) -> PortResult<A, E>;", "is `async`"),
        ("async fn a() -> PortResult<A, E>;", "takes `&self`"),
        ("async fn a(cx: &CallContext) -> PortResult<A, E>;", "takes `&self`"),
        ("async fn a(self, cx: &CallContext) -> PortResult<A, E>;", "takes `&self`"),
        ("async fn a(&mut self, cx: &CallContext) -> PortResult<A, E>;", "takes `&self`"),
        ("async fn a(self: &Self, cx: &CallContext) -> PortResult<A, E>;", "takes `&self`"),
        ("async fn a(&self) -> PortResult<A, E>;", "the call's context"),
        ("async fn a(&self, sku: Sku) -> PortResult<A, E>;", "the call's context"),
        ("async fn a(&self, cx: CallContext) -> PortResult<A, E>;", "the call's context"),
        ("async fn a(&self, cx: &mut CallContext) -> PortResult<A, E>;", "the call's context"),
        ("async fn a(&self, sku: Sku, cx: &CallContext) -> PortResult<A, E>;", "the call's context"),
        ("async fn a(&self, _: &CallContext) -> PortResult<A, E>;", "a plain name"),
        ("async fn a(&self, cx: &CallContext, (a, b): (u8, u8)) -> PortResult<A, E>;", "a plain name"),
        ("async fn a(&self, cx: &CallContext, mut a: u8) -> PortResult<A, E>;", "a plain name"),
        ("async fn a(&self, cx: &CallContext, skus: &[Sku]) -> PortResult<A, E>;", "an argument travels"),
        ("async fn a(&self, cx: &CallContext, skus: impl Into<Sku>) -> PortResult<A, E>;", "an argument travels"),
        ("async fn a(&self, cx: &CallContext);", "returns `PortResult<Answer, Refusal>`"),
        ("async fn a(&self, cx: &CallContext) -> Result<A, E>;", "returns `PortResult<Answer, Refusal>`"),
        ("async fn a(&self, cx: &CallContext) -> PortResult<A>;", "returns `PortResult<Answer, Refusal>`"),
        ("async fn a(&self, cx: &CallContext) -> PortResult;", "returns `PortResult<Answer, Refusal>`"),
        ("async fn a(&self, cx: &CallContext) -> (A, E);", "returns `PortResult<Answer, Refusal>`"),
        ("async fn a<T>(&self, cx: &CallContext) -> PortResult<T, E>;", "cannot be generic"),
        ("async fn a<'a>(&self, cx: &'a CallContext) -> PortResult<A, E>;", "cannot be generic"),
        ("async fn a(&self, cx: &CallContext) -> PortResult<A, E> where A: Copy;", "cannot be generic"),
        ("async fn a(&self, cx: &CallContext) -> PortResult<A, E> { todo() }", "has no body"),
    ] {
        let complaint = complaint(&format!("#[query(timeout_ms = 5)] {method}"));
        assert!(complaint.contains(expected), "{method}: {complaint}");
    }
}

#[test]
fn what_a_trait_looks_like() {
    let method = quote!(
        #[query(timeout_ms = 5)]
        async fn a(&self, cx: &CallContext) -> PortResult<A, E>;
    );
    assert!(complaints(quote!(trait Stock { #method })).is_empty());
    for (item, expected) in [
        (quote!(trait Stock<T> { #method }), "cannot be generic"),
        (quote!(trait Stock where Self: Sized { #method }), "cannot be generic"),
        (quote!(unsafe trait Stock { #method }), "cannot be unsafe"),
        (
            quote!(
                trait Stock {}
            ),
            "at least one method",
        ),
        (quote!(trait Stock { #method const LIMIT: u8; }), "methods and nothing else"),
        (quote!(trait Stock { #method type Line; }), "methods and nothing else"),
        (
            quote!(
                struct Stock;
            ),
            "expected `trait`",
        ),
    ] {
        let complaints = complaints(item.clone());
        assert!(complaints.iter().any(|complaint| complaint.contains(expected)), "{item}: {complaints:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let complaints = complaints(quote! {
        trait Stock {
            async fn a(&self, cx: &CallContext) -> PortResult<A, E>;
            #[query] async fn b(&self, cx: &CallContext) -> PortResult<A, E>;
            #[query(timeout_ms = 5)] fn c(&self, cx: &CallContext) -> PortResult<A, E>;
        }
    });
    assert_eq!(complaints.len(), 3, "{complaints:?}");
}

#[test]
fn names_change_their_case() {
    for (camel, snake) in [("Stock", "stock"), ("GiftCards", "gift_cards"), ("A", "a")] {
        assert_eq!((snake_case(camel).as_str(), camel_case(snake).as_str()), (snake, camel));
    }
    assert_eq!(camel_case("ring_up"), "RingUp");
}
