//! `GET /health/live`, `GET /health/ready` and `GET /metrics`: for those who run the store.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpResponse, Responder, get, http::StatusCode, web::Data};
use kernel_web::{ApiError, ApiResult, Json};
use port::Placement;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{placement::seat::Seat, progress::Progress, store::Running};

mod viewer;

pub(crate) use viewer::OperatorListener;
use viewer::{Operator, Viewer};

/// A database that takes longer to answer is not one that a request should wait for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
struct LiveView {
    #[schema(example = "live")]
    status: &'static str,
    version: &'static str,
}

/// Every module is well.
#[derive(Debug, Serialize, ToSchema)]
struct ReadyView {
    #[schema(example = "ready")]
    status: &'static str,
    /// Shown to the operator: with the admin key, or on the operator's listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    modules: Option<Vec<ModuleHealth>>,
    /// The modules that are placed in other processes. Their absence takes nothing from the others' routes, so it does
    /// not make the store less ready. Shown to the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<Vec<FarHealth>>,
}

/// How a module in another process looks from here.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct FarHealth {
    #[schema(example = "inventory")]
    name: &'static str,
    /// Whether it answered when it was looked at last, at most a few seconds ago.
    reachable: bool,
    /// Whether it has shown who it is and that it speaks our contracts. Until then nobody calls it.
    trusted: bool,
    /// What is wrong with it, and what to do.
    #[schema(example = json!(null))]
    trouble: Option<String>,
}

/// How one module is.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ModuleHealth {
    #[schema(example = "catalog")]
    name: &'static str,
    /// `ok` or `away`.
    #[schema(example = "ok")]
    database: &'static str,
    /// Events of others that the module has yet to read; missing when its database is away.
    relay_lag: Option<i64>,
    /// What keeps the module from reading on: a feed that is away, or that a person must mend.
    troubles: Vec<String>,
}

/// Whether the process is alive.
///
/// Says nothing of databases: who restarts a process that does not answer this will not repair them.
#[utoipa::path(tag = "system", responses((status = 200, description = "Alive", body = LiveView)))]
#[get("/health/live")]
pub(crate) async fn live() -> Json<LiveView> {
    Json(LiveView { status: "live", version: env!("CARGO_PKG_VERSION") })
}

/// Whether the store can do its work.
///
/// Asks the database of every module that this process has; 503 with the same lists when one is away. Modules that are
/// elsewhere are listed with how they look from here, and change nothing. The lists are shown to the operator: with the
/// admin key, or on the operator's listener.
#[utoipa::path(tag = "system", responses((status = 200, description = "Ready", body = ReadyView), kernel_web::Problems))]
#[get("/health/ready")]
pub(crate) async fn ready(viewer: Viewer, running: Data<Running>) -> ApiResult<Json<ReadyView>> {
    Ok(Json(shown(readiness(&running).await, viewer)?))
}

/// A stranger learns whether the store is ready, and nothing of what it is made of.
fn shown(readiness: ApiResult<ReadyView>, viewer: Viewer) -> ApiResult<ReadyView> {
    match (readiness, viewer) {
        (Ok(view), Viewer::Stranger) => Ok(ReadyView { modules: None, elsewhere: None, ..view }),
        (Err(_), Viewer::Stranger) => {
            let detail = "the store is not ready; its operator is told why";
            Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", detail))
        }
        (readiness, Viewer::Operator) => readiness,
    }
}

async fn readiness(running: &Running) -> ApiResult<ReadyView> {
    let (modules, elsewhere) = (health(running).await, far_health(running));
    if modules.iter().all(|module| module.database == "ok") {
        return Ok(ReadyView { status: "ready", modules: Some(modules), elsewhere: Some(elsewhere) });
    }
    let modules = serde_json::to_value(&modules).unwrap_or_default();
    let elsewhere = serde_json::to_value(&elsewhere).unwrap_or_default();
    Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "a module's database is away")
        .with("modules", modules)
        .with("elsewhere", elsewhere))
}

fn far_health(running: &Running) -> Vec<FarHealth> {
    let remote = running.seats.iter().filter(|seat| seat.placement() == Placement::Remote);
    let look = |seat: &Arc<Seat>| {
        let (far, name) = (seat.far.as_ref()?, seat.name);
        Some(FarHealth { name, reachable: far.is_reachable(), trusted: far.is_trusted(), trouble: far.trouble() })
    };
    remote.filter_map(look).collect()
}

async fn health(running: &Running) -> Vec<ModuleHealth> {
    let mut answers = Vec::new();
    for module in &running.modules {
        let ping = tokio::time::timeout(PATIENCE, module.db().ping()).await;
        let ok = matches!(ping, Ok(Ok(())));
        answers.push((module.name(), if ok { "ok" } else { "away" }));
    }
    let all_ok = answers.iter().all(|(_, database)| *database == "ok");
    let progress = if all_ok { Progress::of(&running.modules).await.ok() } else { None };
    let lag = |name| progress.as_ref().map(|progress| progress.lag_of(name));
    let troubles = |name| {
        let module = running.modules.iter().find(|module| module.name() == name);
        let troubles = module.map(|module| module.db().troubles()).unwrap_or_default();
        troubles.into_iter().map(|trouble| trouble.detail).collect()
    };
    let health = |(name, database)| ModuleHealth { name, database, relay_lag: lag(name), troubles: troubles(name) };
    answers.into_iter().map(health).collect()
}

/// Figures for Prometheus.
///
/// For the admin key. On the operator's listener (`operator.listen`) they need none.
#[utoipa::path(
    tag = "system",
    responses(
        (status = 200, description = "Prometheus text format", content_type = "text/plain", body = String),
        kernel_web::Problems,
    ),
    security(("admin" = [])),
)]
#[get("/metrics")]
pub(crate) async fn metrics(_: Operator, running: Data<Running>) -> impl Responder {
    // Figures of a store whose database is away are those that need no database.
    let progress = Progress::of(&running.modules).await.unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(running.metrics.render(&progress))
}
