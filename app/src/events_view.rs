//! `GET /api/v1/admin/events` and the operator's decisions about events that were not applied.

use actix_web::{get, post, web::Data};
use garde::Validate;
use kernel::{Line, Principal};
use kernel_web::{Admin, ApiResult, Body, Json, Problems};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    modules_view::ParkedView,
    progress::{Cursor, Progress},
    readers::{Decision, Mark},
    store::state::Running,
};

/// Every reader of events whose data is in this process.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReadersView {
    pub(crate) readers: Vec<ReaderView>,
}

/// A reader of a module's events.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReaderView {
    /// The module that reads.
    #[schema(example = "inventory")]
    pub(crate) module: String,
    #[schema(example = "inventory")]
    pub(crate) consumer: String,
    /// Whose events it reads.
    #[schema(example = "order")]
    pub(crate) source: String,
    /// The last event that it has read.
    #[schema(example = 42)]
    pub(crate) position: i64,
    /// The newest event of its source; null when the source is in another process.
    #[schema(example = 42)]
    pub(crate) head: Option<i64>,
    /// Events that it has yet to read; 0 when the source is in another process.
    #[schema(example = 0)]
    pub(crate) lag: i64,
    /// Events that it could not apply, and those that wait behind them.
    pub(crate) held_back: Vec<ParkedView>,
}

impl From<&Progress> for ReadersView {
    fn from(progress: &Progress) -> Self {
        Self { readers: progress.cursors.iter().map(ReaderView::from).collect() }
    }
}

impl From<&Cursor> for ReaderView {
    fn from(cursor: &Cursor) -> Self {
        Self {
            module: cursor.module.to_owned(),
            consumer: cursor.consumer.to_owned(),
            source: cursor.source.to_owned(),
            position: cursor.position,
            head: cursor.head,
            lag: cursor.lag(),
            held_back: cursor.held_back.iter().cloned().map(ParkedView::from).collect(),
        }
    }
}

/// A position in a module's events, and who reads them.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct EventBody {
    /// Who reads.
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "inventory")]
    consumer: Line<100>,
    /// Whose events it reads.
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "order")]
    source: Line<100>,
    /// The event's position in the log of its source.
    #[garde(range(min = 0))]
    #[schema(example = 42, minimum = 0)]
    position: i64,
}

impl From<EventBody> for Mark {
    fn from(EventBody { consumer, source, position }: EventBody) -> Self {
        Self { consumer: consumer.into(), source: source.into(), position }
    }
}

/// Lists the readers of events.
///
/// How far each has read, and the events that it holds back. A process answers for the modules that it hosts.
#[utoipa::path(
    tag = "system",
    responses((status = 200, description = "Every reader of this process", body = ReadersView), Problems),
    security(("admin" = [])),
)]
#[get("/admin/events")]
pub(crate) async fn list_readers(_: Admin, running: Data<Running>) -> ApiResult<Json<ReadersView>> {
    answer(&running).await
}

/// Lets an event that is held back be tried again.
///
/// Its tries are counted anew. A reader that this process does not host is a 404 `unknown-reader`, an event that is not
/// held back a 404 `event-not-held-back`.
#[utoipa::path(
    tag = "system",
    request_body = EventBody,
    responses((status = 200, description = "Every reader of this process", body = ReadersView), Problems),
    security(("admin" = [])),
)]
#[post("/admin/events/retry")]
pub(crate) async fn retry_event(
    _: Admin,
    running: Data<Running>,
    body: Body<EventBody>,
) -> ApiResult<Json<ReadersView>> {
    decide(&running, Decision::Retry, body.into_inner()).await
}

/// Gives an event up that is held back.
///
/// The events behind it go on. A reader that this process does not host is a 404 `unknown-reader`, an event that is not
/// held back a 404 `event-not-held-back`.
#[utoipa::path(
    tag = "system",
    request_body = EventBody,
    responses((status = 200, description = "Every reader of this process", body = ReadersView), Problems),
    security(("admin" = [])),
)]
#[post("/admin/events/skip")]
pub(crate) async fn skip_event(
    _: Admin,
    running: Data<Running>,
    body: Body<EventBody>,
) -> ApiResult<Json<ReadersView>> {
    decide(&running, Decision::Skip, body.into_inner()).await
}

/// Moves the cursor of a reader.
///
/// For a log that was restored from an older backup, or has lost what was not read. The reader goes on after `position`;
/// 0 begins anew. A reader that this process does not host is a 404 `unknown-reader`, a position behind the newest event
/// a 409 `beyond-feed`.
#[utoipa::path(
    tag = "system",
    request_body = EventBody,
    responses((status = 200, description = "Every reader of this process", body = ReadersView), Problems),
    security(("admin" = [])),
)]
#[post("/admin/events/seek")]
pub(crate) async fn seek_reader(
    _: Admin,
    running: Data<Running>,
    body: Body<EventBody>,
) -> ApiResult<Json<ReadersView>> {
    decide(&running, Decision::Seek, body.into_inner()).await
}

async fn decide(running: &Running, decision: Decision, body: EventBody) -> ApiResult<Json<ReadersView>> {
    let mark = Mark::from(body);
    decision.take(&running.modules, &mark).await?;
    let Mark { consumer, source, position } = &mark;
    let (by, decision) = (Principal::Admin.label(), decision.name());
    tracing::warn!(consumer, source, position, by, decision, "an operator has decided about an event");
    answer(running).await
}

async fn answer(running: &Running) -> ApiResult<Json<ReadersView>> {
    Ok(Json(ReadersView::from(&Progress::of(&running.modules).await?)))
}
