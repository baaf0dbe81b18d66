//! The code that a port becomes: one file for each thing.

mod arguments;
mod descriptor;
mod dispatch;
mod port_type;
mod remote;
mod switch;
mod trait_;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Port;

pub(crate) fn port(port: &Port) -> TokenStream {
    let parts = [
        trait_::expand(port),
        arguments::expand(port),
        descriptor::expand(port),
        remote::expand(port),
        dispatch::expand(port),
        switch::expand(port),
        port_type::expand(port),
    ];
    quote!(#(#parts)*)
}
