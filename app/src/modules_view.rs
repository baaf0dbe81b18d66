//! `GET /api/v1/admin/modules`: where each module runs, and how far its events have been read.

use actix_web::{
    get, post,
    web::{Data, Path},
};
use garde::Validate;
use kernel::{DateTime, Principal, Utc};
use kernel_db::{DbError, parking::Parked};
use kernel_web::{Admin, ApiResult, Body, Json, Problems};
use port::{Descriptor, Placement};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    placement::{
        flip::flip,
        record::{self, Change},
        remote::ports_of,
        slot::ModuleSlot,
    },
    progress::{Cursor, Progress},
    store::state::Running,
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
    /// `local`: in this process. `remote`: in another one.
    #[schema(example = "local")]
    placement: String,
    /// `sqlite` or `postgres`; null when this process does not reach the module's data.
    #[schema(example = "sqlite")]
    database: Option<&'static str>,
    /// The state of the circuit breaker before a module elsewhere: `closed`, `open` or `half-open`; null where there
    /// is no way to it.
    #[schema(example = json!(null))]
    breaker: Option<String>,
    /// Whether the far side has shown who it is and that it speaks the ports' contracts; null where there is none.
    #[schema(example = json!(null))]
    trusted: Option<bool>,
    /// Why not, and what to do, when it was last asked; null where there is nothing to say.
    #[schema(example = json!(null))]
    trouble: Option<String>,
    /// The latest decision about its place while the store was open; null where there was none.
    moved: Option<MovedView>,
    /// What other modules may ask of it.
    ports: Vec<PortView>,
    /// The position of the newest event that it has published; null when this process does not reach its data.
    outbox_position: Option<i64>,
    /// Who reads its events.
    subscribers: Vec<SubscriberView>,
}

/// A decision about a module's place.
#[derive(Debug, Serialize, ToSchema)]
struct MovedView {
    #[schema(example = "remote")]
    placement: String,
    /// Who decided. `settings`: they said something new when the store was started.
    #[schema(example = "admin")]
    by: String,
    at: DateTime<Utc>,
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
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ParkedView {
    pub(crate) position: i64,
    /// The aggregate whose events wait.
    pub(crate) stream: String,
    #[schema(example = "order.confirmed.v1")]
    pub(crate) event_type: String,
    /// `retrying`: it will be tried again by itself. `parked`: a person must say retry or skip.
    #[schema(example = "parked")]
    pub(crate) state: String,
    pub(crate) tries: i64,
    pub(crate) last_error: String,
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
    Ok(Json(ModulesView { modules: views(&running, &progress).await? }))
}

/// Where a module should be.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlaceBody {
    #[garde(skip)]
    placement: Target,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Target {
    /// Into this process.
    Local,
    /// To where `modules.….remote` says.
    Remote,
}

impl From<Target> for Placement {
    fn from(target: Target) -> Self {
        match target {
            Target::Local => Self::Local,
            Target::Remote => Self::Remote,
        }
    }
}

/// Moves a module.
///
/// Its calls, public routes and events take the new route from now on; what is in flight ends where it began. Both sides must
/// stand on the same Postgres and speak the same contracts. Every copy of the store follows within a second, and the
/// decision outlives a restart until the settings say something new.
#[utoipa::path(
    tag = "system",
    params(("module" = String, Path, description = "The module's name", example = "inventory")),
    request_body = PlaceBody,
    responses((status = 200, description = "The module, where it is now", body = ModuleView), Problems),
    security(("admin" = [])),
)]
#[post("/admin/modules/{module}/placement")]
pub(crate) async fn place(
    _: Admin,
    path: Path<String>,
    running: Data<Running>,
    body: Body<PlaceBody>,
) -> ApiResult<Json<ModuleView>> {
    let PlaceBody { placement } = body.into_inner();
    let slot = flip(&running.slots, &path, placement.into(), Principal::Admin.label()).await?;
    let progress = Progress::of(&running.modules).await?;
    Ok(Json(view(slot, &progress).await?))
}

async fn views(running: &Running, progress: &Progress) -> Result<Vec<ModuleView>, DbError> {
    let mut views = Vec::new();
    for slot in running.slots.iter() {
        views.push(view(slot, progress).await?);
    }
    Ok(views)
}

async fn view(slot: &ModuleSlot, progress: &Progress) -> Result<ModuleView, DbError> {
    let moved = match slot.shared_db() {
        Some(db) => record::latest(db).await?,
        None => None,
    };
    let outbox = progress.outboxes.iter().find(|outbox| outbox.module == slot.name);
    let port = |descriptor: &'static Descriptor| PortView {
        name: descriptor.name,
        version: descriptor.version,
        contract_hash: descriptor.contract_hash(),
    };
    Ok(ModuleView {
        name: slot.name,
        placement: slot.placement().to_string(),
        database: slot.db().map(|db| db.dialect().name()),
        breaker: slot.remote.as_ref().map(|remote| remote.breaker().to_string()),
        trusted: slot.remote.as_ref().map(|remote| remote.is_trusted()),
        trouble: slot.remote.as_ref().and_then(|remote| remote.trouble()),
        moved: moved.map(|Change { placement, by, at, .. }| MovedView { placement: placement.to_string(), by, at }),
        ports: ports_of(slot.name).into_iter().map(port).collect(),
        outbox_position: outbox.map(|outbox| outbox.position),
        subscribers: progress.cursors.iter().filter(|cursor| cursor.source == slot.name).map(subscriber).collect(),
    })
}

fn subscriber(cursor: &Cursor) -> SubscriberView {
    SubscriberView {
        module: cursor.module,
        consumer: cursor.consumer,
        position: cursor.position,
        lag: cursor.lag(),
        parked: cursor.held_back.iter().cloned().map(ParkedView::from).collect(),
    }
}

impl From<Parked> for ParkedView {
    fn from(event: Parked) -> Self {
        let Parked { position, stream, event_type, state, tries, last_error, .. } = event;
        Self { position, stream, event_type, state, tries, last_error }
    }
}
