//! The port as data: its document is stable, and its hash changes when the promise does.

use port::{Descriptor, MethodDescriptor, MethodKind};

use crate::till::TILL;

#[test]
fn the_descriptor_says_what_the_trait_says() {
    let seen: Vec<_> = TILL
        .methods
        .iter()
        .map(|method| {
            let arguments: Vec<&str> = method.arguments.iter().map(|argument| argument.name).collect();
            (method.name, method.kind, method.idempotent, method.timeout_ms, arguments.join(" "))
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("ring_up", MethodKind::Command, false, 100, "lines customer".to_owned()),
            ("set_open", MethodKind::Command, true, 100, "cx".to_owned()),
            ("drawer", MethodKind::Query, true, 100, String::new()),
        ]
    );
    assert_eq!((TILL.name, TILL.version, TILL.path().as_str()), ("till", 2, "/ports/till/v2"));
    assert_eq!(TILL.methods[0].doc, "Rings up `lines`.\n\nRepeating the call rings them up again.");
}

#[test]
fn the_document_is_the_same_every_time() {
    assert_eq!(TILL.openapi().to_string(), TILL.openapi().to_string());
    insta::assert_json_snapshot!(TILL.openapi());
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = TILL.openapi();
    let text = document.to_string();
    let references: Vec<&str> =
        text.split("\"$ref\":\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(references.len() > 5, "{references:?}");
    for name in references {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}

/// Variations of one port. Each must compile to the trait that it says, and nothing else may differ.
macro_rules! variations {
    ($($module:ident: $(#[$field_doc:meta])* { $field:ident: $type:ty } $(#[$doc:meta])* $call:meta, $method:ident($argument:ident: $argument_type:ty);)+) => {$(
        #[expect(dead_code, reason = "only the descriptor is looked at")]
        mod $module {
            use kernel::{CallContext, Kind, Problem};
            use port::{PortResult, port};
            use serde::{Deserialize, Serialize};
            use utoipa::ToSchema;

            #[derive(Serialize, Deserialize, ToSchema)]
            pub(super) struct Coin {
                $(#[$field_doc])*
                $field: $type,
            }

            #[derive(Debug, Serialize, Deserialize, ToSchema, thiserror::Error)]
            #[serde(tag = "refusal", rename_all = "kebab-case")]
            pub(super) enum PurseRefusal {
                #[error("empty")]
                Empty {},
            }

            impl Problem for PurseRefusal {
                fn kind(&self) -> Kind {
                    Kind::Conflict
                }

                fn code(&self) -> &'static str {
                    "empty"
                }
            }

            #[port(name = "purse", version = 1)]
            pub(super) trait Purse {
                $(#[$doc])*
                #[$call]
                async fn $method(&self, cx: &CallContext, $argument: $argument_type) -> PortResult<Coin, PurseRefusal>;
            }
        }
    )+};
}

variations! {
    base: { pence: u32 } query(timeout_ms = 5), take(count: u8);
    reworded: #[doc = "Told anew."] { pence: u32 } #[doc = "Told anew."] query(timeout_ms = 5), take(count: u8);
    exemplified: #[schema(example = 3)] { pence: u32 } query(timeout_ms = 5), take(count: u8);
    slower: { pence: u32 } query(timeout_ms = 50), take(count: u8);
    field_name: { cents: u32 } query(timeout_ms = 5), take(count: u8);
    field_type: { pence: String } query(timeout_ms = 5), take(count: u8);
    described: { description: u32 } query(timeout_ms = 5), take(count: u8);
    described_type: { description: String } query(timeout_ms = 5), take(count: u8);
    method_name: { pence: u32 } query(timeout_ms = 5), draw(count: u8);
    method_kind: { pence: u32 } command(timeout_ms = 5), take(count: u8);
    method_idempotence: { pence: u32 } command(idempotent, timeout_ms = 5), take(count: u8);
    argument_name: { pence: u32 } query(timeout_ms = 5), take(number: u8);
    argument_type: { pence: u32 } query(timeout_ms = 5), take(count: String);
}

#[test]
fn the_hash_follows_the_promise_and_not_the_prose() {
    let base = base::PURSE.contract_hash();
    assert!(base.len() == 64 && base.bytes().all(|byte| byte.is_ascii_hexdigit()), "{base}");

    assert_ne!(reworded::PURSE.openapi(), base::PURSE.openapi());
    assert_ne!(exemplified::PURSE.openapi(), base::PURSE.openapi());
    for same in [&reworded::PURSE, &exemplified::PURSE, &slower::PURSE] {
        assert_eq!(same.contract_hash(), base);
    }

    let mut hashes: Vec<String> = [
        &base::PURSE,
        &field_name::PURSE,
        &field_type::PURSE,
        &described::PURSE,
        &described_type::PURSE,
        &method_name::PURSE,
        &method_kind::PURSE,
        &method_idempotence::PURSE,
        &argument_name::PURSE,
        &argument_type::PURSE,
        &Descriptor { version: 2, ..base::PURSE },
        &Descriptor { methods: &[], ..base::PURSE },
    ]
    .iter()
    .map(|port| port.contract_hash())
    .collect();
    let all = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), all, "every one of these changes breaks the contract");
}

#[test]
fn a_method_is_found_by_its_exact_name() {
    assert_eq!(TILL.method("drawer").map(MethodDescriptor::timeout), Some(std::time::Duration::from_millis(100)));
    assert!(TILL.method("Drawer").is_none());
}
