//! `#[derive(Rows)]`: the columns of a written row, named once, by the fields of a struct.
//!
//! Reading order: `model` is the struct once its source has been read and found good, `expand` writes the code.

mod expand;
mod model;

use proc_macro::TokenStream;
use syn::parse_macro_input;

use crate::model::Row;

/// Implements `kernel_db::Rows` for a struct with named fields.
///
/// ```ignore
/// #[derive(kernel_db::Rows)]
/// struct MovedLevel<'a> {
///     #[rows(key)]
///     sku: &'a Sku,
///     on_hand: i64,
///     available: i64,
/// }
/// ```
///
/// A field is a column of the same name; its type says how the cell is read. A field marked `key`
/// finds the row, and one marked `fixed` is written once: `Rows::set` leaves both out.
#[proc_macro_derive(Rows, attributes(rows))]
pub fn rows(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::DeriveInput);
    Row::read(item).map_or_else(syn::Error::into_compile_error, |row| expand::rows(&row)).into()
}
