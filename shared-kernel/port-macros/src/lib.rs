//! `#[port]`: generates from one trait all that two modules need to communicate.
//!
//! Reading order: `model` is what a port is once its source has been read and found good, `expand`
//! writes the code, one file for each thing that is generated.

mod expand;
mod model;

use proc_macro::TokenStream;
use syn::parse_macro_input;

use crate::model::{Port, PortArguments};

/// Declares a port: what one module may ask of another.
///
/// ```ignore
/// /// What other modules may ask of stock.
/// #[port(name = "stock", version = 1)]
/// pub trait Stock {
///     #[command(idempotent, timeout_ms = 500)]
///     async fn hold(&self, cx: &CallContext, hold: Hold) -> PortResult<Held, StockRefusal>;
///
///     #[query(timeout_ms = 200)]
///     async fn levels(&self, cx: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Level>, StockRefusal>;
/// }
/// ```
///
/// Writes, beside the trait: `RemoteStock` (a client over any transport), `serve_stock` (the dispatch table),
/// `SwitchedStock` (asks an atomic route on every call), `STOCK` (the descriptor), and `Port` for `dyn Stock`, by which a
/// host wires it.
///
/// A query may always be repeated. A command may be repeated only when it says `idempotent`.
#[proc_macro_attribute]
pub fn port(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let arguments = parse_macro_input!(arguments as PortArguments);
    let item = parse_macro_input!(item as syn::ItemTrait);
    Port::read(arguments, item).map_or_else(syn::Error::into_compile_error, |port| expand::port(&port)).into()
}
