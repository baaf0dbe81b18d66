//! `GET /api/v1/admin/modules`: where each module lives and how its news travels.

use actix_web::{get, web::Data};
use kernel_db::parking::Parked;
use kernel_web::{Admin, ApiResult, Json, Problems};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    progress::{Cursor, Progress},
    store::Running,
};

/// Every module of the store.
#[derive(Debug, Serialize, ToSchema)]
struct ModulesView {
    modules: Vec<ModuleView>,
}

/// One module.
#[derive(Debug, Serialize, ToSchema)]
struct ModuleView {
    #[schema(example = "inventory")]
    name: &'static str,
    /// `local`: in this process.
    #[schema(example = "local")]
    placement: &'static str,
    /// `sqlite` or `postgres`.
    #[schema(example = "sqlite")]
    database: &'static str,
    /// The state of the circuit breaker before a remote module; null for a local one, which has none.
    #[schema(example = json!(null))]
    breaker: Option<String>,
    /// What other modules may ask of it.
    ports: Vec<PortView>,
    /// The position of the newest event that it has published.
    outbox_position: i64,
    /// Who reads its events.
    subscribers: Vec<SubscriberView>,
}

/// A port, and the fingerprint of what it promises.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PortView {
    #[schema(example = "stock")]
    pub(crate) name: &'static str,
    #[schema(example = 1)]
    pub(crate) version: u32,
    /// Changes when the contract does, but not with its prose.
    pub(crate) contract_hash: String,
}

/// A reader of a module's events.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriberView {
    #[schema(example = "order")]
    module: &'static str,
    consumer: &'static str,
    /// The last event that it has read.
    position: i64,
    /// Events that it has yet to read.
    lag: i64,
    /// Events that it could not apply, and those that wait behind them.
    parked: Vec<ParkedView>,
}

/// An event that is held back.
#[derive(Debug, Serialize, ToSchema)]
struct ParkedView {
    position: i64,
    /// The aggregate whose events wait.
    stream: String,
    #[schema(example = "order.confirmed.v1")]
    event_type: String,
    /// `retrying`: it will be tried again by itself. `parked`: a person must say retry or skip.
    #[schema(example = "parked")]
    state: String,
    tries: i64,
    last_error: String,
}

/// Lists the modules.
///
/// Where each one lives, what its ports promise, how many events it has published, and how far each reader of
/// them has come.
#[utoipa::path(
    tag = "system",
    responses((status = 200, description = "Every module", body = ModulesView), Problems),
    security(("admin" = [])),
)]
#[get("/admin/modules")]
pub(crate) async fn modules(_: Admin, running: Data<Running>) -> ApiResult<Json<ModulesView>> {
    let progress = Progress::of(&running.modules).await?;
    Ok(Json(ModulesView { modules: views(&running, &progress) }))
}

fn views(running: &Running, progress: &Progress) -> Vec<ModuleView> {
    let of_placement = |placed: &crate::store::Placed| ModuleView {
        name: placed.name,
        placement: placed.placement,
        database: placed.database,
        breaker: None,
        ports: placed.ports.clone(),
        outbox_position: progress
            .outboxes
            .iter()
            .find(|outbox| outbox.module == placed.name)
            .map_or(0, |outbox| outbox.position),
        subscribers: progress.cursors.iter().filter(|cursor| cursor.source == placed.name).map(subscriber).collect(),
    };
    running.placements.iter().map(of_placement).collect()
}

fn subscriber(cursor: &Cursor) -> SubscriberView {
    SubscriberView {
        module: cursor.module,
        consumer: cursor.consumer,
        position: cursor.position,
        lag: cursor.lag(),
        parked: cursor.held_back.iter().cloned().map(parked).collect(),
    }
}

fn parked(event: Parked) -> ParkedView {
    let Parked { position, stream, event_type, state, tries, last_error, .. } = event;
    ParkedView { position, stream, event_type, state, tries, last_error }
}
