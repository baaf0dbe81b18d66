//! `SwitchedStock`: asks an atomic route on every call, so a module can move while the shop is open.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Argument, Method, Port};

pub(super) fn expand(port: &Port) -> TokenStream {
    let Port { visibility, ident, .. } = port;
    let switched = port.prefixed("Switched");
    let methods = port.methods.iter().map(method);
    let doc = format!("[`{ident}`], wherever it lives at this moment.");
    quote! {
        #[doc = #doc]
        #visibility struct #switched {
            switch: ::std::sync::Arc<::port::Switch<dyn #ident>>,
        }

        impl #switched {
            #visibility fn new(route: ::port::Route<dyn #ident>) -> Self {
                Self { switch: ::std::sync::Arc::new(::port::Switch::new(route)) }
            }

            /// Starts in this process.
            #visibility fn local(local: ::std::sync::Arc<dyn #ident>) -> Self {
                Self::new(::port::Route::Local(local))
            }

            /// Sends every later call over `route`. Calls under way end where they began.
            #visibility fn place(&self, route: ::port::Route<dyn #ident>) {
                self.switch.place(route);
            }

            #visibility fn placement(&self) -> ::port::Placement {
                self.switch.placement()
            }
        }

        #[automatically_derived]
        #[::port::__private::async_trait]
        impl #ident for #switched {
            #(#methods)*
        }
    }
}

fn method(Method { signature, context, arguments, .. }: &Method) -> TokenStream {
    let ident = &signature.ident;
    let names = arguments.iter().map(|Argument { ident, .. }| ident);
    quote! {
        #signature {
            self.switch.target(#context)?.#ident(#context, #(#names),*).await
        }
    }
}
