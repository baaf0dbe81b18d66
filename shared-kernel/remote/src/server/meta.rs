use std::{collections::BTreeMap, slice};

use actix_web::{HttpRequest, HttpResponse, web::Data};
use port::{Descriptor, Dispatch, MethodDescriptor, PortResponse};
use serde::{Deserialize, Serialize};

use super::{PortServer, ServedModule, problem::respond};

/// What a port server says of one of its ports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortMeta {
    pub port: String,
    pub version: u32,
    /// Of the whole port. Equal hashes are equal promises.
    pub contract_hash: String,
    pub module: String,
    /// Each method's own hash, so that a difference can be named.
    #[serde(default)]
    pub methods: BTreeMap<String, String>,
}

/// What a port server says of one of its modules, whether or not that has ports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleMeta {
    pub module: String,
    /// Which database the module stands on. Empty when the far side does not say.
    #[serde(default)]
    pub database: String,
    /// The modules that it needs and cannot reach, at this moment.
    #[serde(default)]
    pub misses: Vec<String>,
    #[serde(default)]
    pub identity: StoreIdentity,
}

/// What a process says of the data that it stands on, so that another can tell whether both are of one store. A service
/// that is not ours says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoreIdentity {
    /// The store that the data belongs to; `None` when the process does not know yet.
    pub store: Option<String>,
    /// The module's database by the id that it carries, wherever it is moved.
    pub database_id: Option<String>,
    /// The modules that the process leads, each with the database that it leads it on.
    pub leads: BTreeMap<String, String>,
    /// Why the process must not be called for this module.
    pub disputed: Option<String>,
    /// Of the admin key (`admin`) and the server secret (`server`), one for each service key that the process accepts.
    pub fingerprints: BTreeMap<String, Vec<String>>,
}

impl PortMeta {
    pub(super) fn of(module: &str, dispatch: &Dispatch) -> Self {
        let port = dispatch.descriptor();
        Self {
            port: port.name.to_owned(),
            version: port.version,
            contract_hash: port.contract_hash(),
            module: module.to_owned(),
            methods: method_hashes(port),
        }
    }
}

/// A method's hash is that of a port which has no other.
pub(crate) fn method_hashes(port: &Descriptor) -> BTreeMap<String, String> {
    let alone = |method: &'static MethodDescriptor| Descriptor { methods: slice::from_ref(method), ..*port };
    port.methods.iter().map(|method| (method.name.to_owned(), alone(method).contract_hash())).collect()
}

impl ModuleMeta {
    fn of(served: &ServedModule, identity: StoreIdentity) -> Self {
        Self { module: served.name.to_owned(), database: served.database.clone(), misses: (served.misses)(), identity }
    }
}

pub(super) async fn show(request: HttpRequest, server: Data<PortServer>) -> HttpResponse {
    answer(server.admit(&request).map(|(entry, _)| serde_json::to_vec(&entry.meta)))
}

pub(super) async fn introduce(request: HttpRequest, server: Data<PortServer>) -> HttpResponse {
    answer(server.admit_to_module(&request).map(|module| {
        let identity = server.0.identities.get().map(|identities| identities(module.name)).unwrap_or_default();
        serde_json::to_vec(&ModuleMeta::of(module, identity))
    }))
}

fn answer(meta: Result<serde_json::Result<Vec<u8>>, PortResponse>) -> HttpResponse {
    respond(match meta {
        Ok(Ok(body)) => PortResponse { status: PortResponse::OK, body },
        Ok(Err(_)) => PortResponse::problem("unwritable-answer", 500, "the answer cannot be written as JSON"),
        Err(refusal) => refusal,
    })
}
