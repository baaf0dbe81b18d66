//! Forwards public requests to remote modules.

use std::{collections::HashMap, sync::Arc};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
    web::Payload,
};
use kernel_remote::facade::ForwardedFor;
use kernel_web::{ApiError, Origin, RequestId, new_trace};
use port::Placement;
use utoipa::openapi::OpenApi;

use super::slot::ModuleSlot;
use crate::{registry::Registered, route_table::RouteTable, wiring};

/// Which module answers which path.
pub(crate) struct Switchboard {
    routes: RouteTable,
    owners: HashMap<String, Arc<ModuleSlot>>,
}

impl Switchboard {
    /// `document` is the whole store's: its tags say whose each path is.
    pub(crate) fn of(document: &OpenApi, slots: &[Arc<ModuleSlot>]) -> Self {
        let owners = document.paths.paths.iter().filter_map(|(path, item)| {
            let operations = [&item.get, &item.put, &item.post, &item.delete, &item.patch];
            let tag = operations.into_iter().flatten().find_map(|operation| operation.tags.as_ref()?.first())?;
            let slot = slots.iter().find(|slot| Some(slot.name) == owner_of(tag))?;
            Some((path.clone(), Arc::clone(slot)))
        });
        let owners: HashMap<_, _> = owners.collect();
        Self { routes: RouteTable::new(owners.keys().map(String::as_str)), owners }
    }

    /// The module that answers `path`, when it is not here.
    fn elsewhere(&self, path: &str) -> Option<&Arc<ModuleSlot>> {
        let slot = self.owners.get(self.routes.name(self.routes.find(path)))?;
        let is_here = slot.placement() == Placement::Local && slot.module.is_some();
        (!is_here).then_some(slot)
    }
}

/// The module behind the operations of a tag of the document.
fn owner_of(tag: &str) -> Option<&'static str> {
    let offers = |module: &&dyn Registered| module.document().tags.iter().any(|(offered, _)| *offered == tag);
    wiring::MODULES.iter().find(|module| offers(module)).map(|module| module.name())
}

/// The middleware. It stands inside the guard, which names the request and finishes the answer.
pub(crate) async fn forward<B: MessageBody + 'static>(
    switchboard: Arc<Switchboard>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(slot) = switchboard.elsewhere(request.path()) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let facade = slot.remote.as_ref().and_then(|remote| remote.facade.clone());
    // A request that has been forwarded once is not forwarded again: two processes that each take the other for a module's
    // home would send it back and forth.
    let origin = request.extensions().get::<Origin>().copied();
    let is_forwarded = origin.is_some_and(|origin| origin.is_forwarded);
    let Some(facade) = facade.filter(|_| !is_forwarded) else {
        let detail = "this part of the store cannot be reached right now";
        tracing::warn!(
            module = slot.name,
            is_forwarded,
            "a public request cannot be forwarded: the module has no public address"
        );
        return Ok(request.error_response(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "module-unavailable",
            detail,
        )));
    };
    let id = request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
    let (request, mut payload) = { (request.request().clone(), request.take_payload()) };
    let payload = Payload::from_request(&request, &mut payload).await?;
    let trace = new_trace(&request);
    let client = origin.map(|origin| origin.address);
    let from = ForwardedFor { request_id: &id, client, traceparent: Some(&trace) };
    let response: HttpResponse = facade.forward(&request, payload, from).await;
    Ok(ServiceResponse::new(request, response))
}
