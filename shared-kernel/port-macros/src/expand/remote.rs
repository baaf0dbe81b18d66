//! `RemoteStock`: a client over any transport.

use proc_macro2::TokenStream;
use quote::quote;

use super::{arguments, descriptor};
use crate::model::{Method, Port};

pub(super) fn expand(port: &Port) -> TokenStream {
    let Port { visibility, ident, .. } = port;
    let remote = port.prefixed("Remote");
    let doc = format!("[`{ident}`] answered elsewhere, at the far end of a transport.");
    let methods = port.methods.iter().map(|each| method(port, each));
    quote! {
        #[doc = #doc]
        #[derive(Clone)]
        #visibility struct #remote {
            transport: ::std::sync::Arc<dyn ::port::Transport>,
        }

        impl #remote {
            #visibility fn new(transport: ::std::sync::Arc<dyn ::port::Transport>) -> Self {
                Self { transport }
            }
        }

        #[automatically_derived]
        #[::port::__private::async_trait]
        impl #ident for #remote {
            #(#methods)*
        }
    }
}

fn method(port: &Port, method: &Method) -> TokenStream {
    let Method { signature, context, .. } = method;
    let descriptor = descriptor::name_of(port);
    let constant = descriptor::constant_of(method);
    let arguments = arguments::name_of(port, method);
    let names = method.arguments.iter().map(|argument| &argument.ident);
    quote! {
        #signature {
            let request =
                ::port::PortRequest::new(&#descriptor, &Self::#constant, #context, &#arguments { #(#names),* })?;
            ::port::__private::read_answer(&#descriptor, self.transport.call(request).await)
        }
    }
}
