//! The code that a row becomes.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Row;

pub(crate) fn rows(row: &Row) -> TokenStream {
    let Row { ident, generics, columns } = row;
    let (parameters, arguments, conditions) = generics.split_for_impl();
    let described = columns.iter().map(|column| {
        let (name, ty, is_fixed) = (column.name(), &column.ty, column.is_fixed);
        quote!(::kernel_db::rows::Column::of::<#ty>(#name, #is_fixed))
    });
    let written = columns.iter().map(|column| {
        let field = &column.field;
        quote!(::kernel_db::rows::Cell::write(&self.#field, row);)
    });
    quote! {
        #[automatically_derived]
        impl #parameters ::kernel_db::Rows for #ident #arguments #conditions {
            const CELLS: &'static [::kernel_db::rows::Column] = &[#(#described),*];

            fn write(&self, row: &mut ::kernel_db::rows::RowWriter) {
                #(#written)*
            }
        }
    }
}
