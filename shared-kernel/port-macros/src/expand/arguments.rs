//! What a call carries on the wire: one struct for each method, which the client writes and the server reads.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Argument, Method, Port, camel_case};

pub(super) fn expand(port: &Port) -> TokenStream {
    port.methods.iter().map(|method| arguments(port, method)).collect()
}

/// An argument that the other side does not know is refused: it may have meant to change the effect.
fn arguments(port: &Port, method: &Method) -> TokenStream {
    let name = name_of(port, method);
    let fields = method.arguments.iter().map(|Argument { ident, ty }| quote!(#ident: #ty));
    quote! {
        #[derive(::port::__private::serde::Serialize, ::port::__private::serde::Deserialize)]
        #[serde(crate = "::port::__private::serde", deny_unknown_fields)]
        struct #name {
            #(#fields,)*
        }
    }
}

/// `StockHoldArguments`.
pub(super) fn name_of(port: &Port, method: &Method) -> Ident {
    format_ident!("{}{}Arguments", port.ident, camel_case(&method.name()))
}
