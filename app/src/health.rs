//! `GET /health/live`, `GET /health/ready` and `GET /metrics`: for those who run the store.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpResponse, Responder, get, http::StatusCode, web::Data};
use kernel_db::{SubscriptionFailure, guard};
use kernel_web::{ApiError, ApiResult, Json};
use port::Placement;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{placement::slot::ModuleSlot, progress::Progress, store::state::Running};

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
    elsewhere: Option<Vec<RemoteModuleHealth>>,
}

/// How a module in another process looks from here.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct RemoteModuleHealth {
    #[schema(example = "inventory")]
    name: &'static str,
    /// Whether it answered when it was looked at last, at most a few seconds ago.
    reachable: bool,
    /// Whether it has proved its identity and its contracts. Until then it is not called.
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
    /// What keeps the module from reading on: a feed that is away, or that a person must mend. And whether another process
    /// leads the module too.
    troubles: Vec<String>,
    /// Those of the troubles that do not pass by themselves, each with what it stops.
    #[serde(skip)]
    stops: Vec<String>,
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
/// Asks the database of every module that this process has; 503 with the same lists when one is away, when a reader of
/// events has stopped until a person decides how it goes on, or when this process was started for a module that another
/// one leads too. Modules that are elsewhere are listed with how they look from here, and change nothing. The lists are
/// shown to the operator: with the admin key, or on the operator's listener.
#[utoipa::path(tag = "system", responses((status = 200, description = "Ready", body = ReadyView), kernel_web::Problems))]
#[get("/health/ready")]
pub(crate) async fn ready(viewer: Viewer, running: Data<Running>) -> ApiResult<Json<ReadyView>> {
    Ok(Json(shown(readiness(&running).await, viewer)?))
}

/// A stranger learns whether the store is ready, and nothing of what it is made of.
fn shown(readiness: ApiResult<ReadyView>, viewer: Viewer) -> ApiResult<ReadyView> {
    match (readiness, viewer) {
        (Ok(view), Viewer::Anonymous) => Ok(ReadyView { modules: None, elsewhere: None, ..view }),
        (Err(error), Viewer::Anonymous) => {
            let detail = "the store is not ready; its operator is told why";
            Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", detail).caused_by(error))
        }
        (readiness, Viewer::Operator) => readiness,
    }
}

async fn readiness(running: &Running) -> ApiResult<ReadyView> {
    let (modules, elsewhere) = (health(running).await, remote_health(running));
    let mut wrong: Vec<String> = modules.iter().flat_map(|module| module.stops.clone()).collect();
    if modules.iter().any(|module| module.database != "ok") {
        wrong.insert(0, "a module's database is away".to_owned());
    }
    if wrong.is_empty() {
        return Ok(ReadyView { status: "ready", modules: Some(modules), elsewhere: Some(elsewhere) });
    }
    let modules = serde_json::to_value(&modules).unwrap_or_default();
    let elsewhere = serde_json::to_value(&elsewhere).unwrap_or_default();
    Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", wrong.join("; "))
        .with("modules", modules)
        .with("elsewhere", elsewhere))
}

fn remote_health(running: &Running) -> Vec<RemoteModuleHealth> {
    let remote = running.slots.iter().filter(|slot| slot.placement() == Placement::Remote);
    let look = |slot: &Arc<ModuleSlot>| {
        let (remote, name) = (slot.remote.as_ref()?, slot.name);
        Some(RemoteModuleHealth {
            name,
            reachable: remote.is_reachable(),
            trusted: remote.is_trusted(),
            trouble: remote.trouble(),
        })
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
    let health = |(name, database)| {
        let (troubles, stops) = troubles(running, name);
        ModuleHealth { name, database, relay_lag: lag(name), troubles, stops }
    };
    answers.into_iter().map(health).collect()
}

/// What keeps a module from getting on, and which of it does not pass by itself.
fn troubles(running: &Running, name: &str) -> (Vec<String>, Vec<String>) {
    let module = running.modules.iter().find(|module| module.name() == name);
    let readers = module.map(|module| module.db().subscription_failures()).unwrap_or_default();
    let is_stranded = |failure: &SubscriptionFailure| failure.stranded && !guard::sabotaged("health::stranded");
    let stopped = |failure: &SubscriptionFailure| {
        let (consumer, source, detail) = (failure.consumer, failure.source, &failure.detail);
        format!("{consumer} has stopped reading the events of {source} until a person decides how it goes on: {detail}")
    };
    let mut stops: Vec<String> = readers.iter().filter(|failure| is_stranded(failure)).map(stopped).collect();
    let mut troubles: Vec<String> = readers.into_iter().map(|failure| failure.detail).collect();
    let tenures = running.tenures.get();
    if let Some(dispute) = tenures.and_then(|tenures| tenures.dispute(name)) {
        if tenures.is_some_and(|tenures| tenures.gives_way()) {
            stops.push(format!("{name} has two leaders: {dispute}"));
        }
        troubles.push(dispute);
    }
    (troubles, stops)
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
    running.metrics.connections("public", &running.connections.public);
    running.metrics.connections("ports", &running.connections.ports);
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(running.metrics.render(&progress))
}
