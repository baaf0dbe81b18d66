//! `serve_stock`: the table that turns a request's body into a call.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{arguments, descriptor};
use crate::model::{Method, Port};

pub(super) fn expand(port: &Port) -> TokenStream {
    let Port { visibility, ident, .. } = port;
    let (serve, served) = (format_ident!("serve_{}", port.snake_case()), port.prefixed("Served"));
    let descriptor = descriptor::name_of(port);
    let arms = port.methods.iter().map(|each| arm(port, each));
    let doc = format!("The dispatch table of [`{ident}`], for a port server or a loopback.");
    quote! {
        #[doc = #doc]
        #visibility fn #serve(module: ::std::sync::Arc<dyn #ident>) -> ::port::Dispatch {
            ::port::Dispatch::new(&#descriptor, #served(module))
        }

        struct #served(::std::sync::Arc<dyn #ident>);

        #[automatically_derived]
        #[::port::__private::async_trait]
        impl ::port::__private::Serve for #served {
            async fn serve(
                &self,
                method: &str,
                cx: &::port::__private::CallContext,
                body: &[u8],
            ) -> ::port::PortResponse {
                match method {
                    #(#arms)*
                    _ => ::port::PortResponse::unknown_method(),
                }
            }
        }
    }
}

/// An argument is taken as a field, never bound to a name of its own, so it may be called `cx` or `body`.
fn arm(port: &Port, method: &Method) -> TokenStream {
    let (name, ident) = (method.name(), method.ident());
    let descriptor = descriptor::name_of(port);
    let arguments = arguments::name_of(port, method);
    let names = method.arguments.iter().map(|argument| &argument.ident);
    quote! {
        #name => match ::port::__private::read_arguments::<#arguments>(body) {
            ::core::result::Result::Ok(arguments) => {
                ::port::__private::write_answer(&#descriptor, self.0.#ident(cx, #(arguments.#names),*).await)
            }
            ::core::result::Result::Err(response) => response,
        },
    }
}
