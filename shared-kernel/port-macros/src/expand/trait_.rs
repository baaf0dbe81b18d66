//! The trait itself, made object safe: `Arc<dyn Stock>` is what a module holds.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Method, Port};

pub(super) fn expand(port: &Port) -> TokenStream {
    let Port { attributes, visibility, ident, supertraits, .. } = port;
    let methods = port.methods.iter().map(|Method { attributes, signature, .. }| quote!(#(#attributes)* #signature;));
    let supertraits = supertraits.iter();
    quote! {
        #(#attributes)*
        #[::port::__private::async_trait]
        #visibility trait #ident: #(#supertraits +)* ::core::marker::Send + ::core::marker::Sync + 'static {
            #(#methods)*
        }
    }
}
