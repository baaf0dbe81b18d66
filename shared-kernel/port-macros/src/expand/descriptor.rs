//! `STOCK`: the port as data, from which documents, hashes and servers are made.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Argument, Method, MethodKind, Port};

pub(super) fn expand(port: &Port) -> TokenStream {
    let Port { name, version, visibility, .. } = port;
    let descriptor = name_of(port);
    let remote = port.prefixed("Remote");
    let doc =
        format!("The port `{name}`, version {version}: its methods, how they may be called, and what they carry.");
    let constants: Vec<Ident> = port.methods.iter().map(constant_of).collect();
    let methods = port.methods.iter().map(method);
    quote! {
        #[doc = #doc]
        #visibility static #descriptor: ::port::Descriptor = ::port::Descriptor {
            name: #name,
            version: #version,
            methods: &[#(#remote::#constants),*],
        };

        impl #remote {
            #(const #constants: ::port::MethodDescriptor = #methods;)*
        }
    }
}

fn method(method: &Method) -> TokenStream {
    let (name, doc) = (method.name(), method.doc());
    let Method { call, answer, refusal, .. } = method;
    let kind = match call.kind {
        MethodKind::Query => quote!(Query),
        MethodKind::Command => quote!(Command),
    };
    let (idempotent, timeout_ms) = (call.idempotent, call.timeout_ms);
    let arguments = method.arguments.iter().map(argument);
    quote! {
        ::port::MethodDescriptor {
            name: #name,
            kind: ::port::MethodKind::#kind,
            idempotent: #idempotent,
            timeout_ms: #timeout_ms,
            arguments: &[#(#arguments),*],
            answer: ::port::__private::schema_of::<#answer>,
            refusal: ::port::__private::schema_of::<#refusal>,
            doc: #doc,
        }
    }
}

fn argument(argument: &Argument) -> TokenStream {
    let (name, ty) = (argument.name(), &argument.ty);
    quote!(::port::ArgumentDescriptor { name: #name, schema: ::port::__private::schema_of::<#ty> })
}

/// `STOCK`.
pub(super) fn name_of(port: &Port) -> Ident {
    format_ident!("{}", port.snake_case().to_uppercase(), span = port.ident.span())
}

/// `HOLD`, the descriptor of one method. It lives on the client, where its name cannot clash.
pub(super) fn constant_of(method: &Method) -> Ident {
    format_ident!("{}", method.name().to_uppercase())
}
