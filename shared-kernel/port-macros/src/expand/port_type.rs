//! `impl Port for dyn Stock`: lets a host wire the port without knowing its type.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::descriptor;
use crate::model::Port;

pub(super) fn expand(port: &Port) -> TokenStream {
    let Port { ident, .. } = port;
    let (remote, switched) = (port.prefixed("Remote"), port.prefixed("Switched"));
    let (serve, descriptor) = (format_ident!("serve_{}", port.snake_case()), descriptor::name_of(port));
    quote! {
        #[automatically_derived]
        impl ::port::Port for dyn #ident {
            fn descriptor() -> &'static ::port::Descriptor {
                &#descriptor
            }

            fn remote(transport: ::std::sync::Arc<dyn ::port::Transport>) -> ::std::sync::Arc<Self> {
                ::std::sync::Arc::new(#remote::new(transport))
            }

            fn switched(switch: ::std::sync::Arc<::port::Switch<Self>>) -> ::std::sync::Arc<Self> {
                ::std::sync::Arc::new(#switched { switch })
            }

            fn serve(local: ::std::sync::Arc<Self>) -> ::port::Dispatch {
                #serve(local)
            }
        }
    }
}
