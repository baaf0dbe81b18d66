//! Serves the outboxes of the local modules.

use std::{collections::HashMap, sync::Arc, time::Duration};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, StatusCode, header::AUTHORIZATION},
    web::{self, Data, ServiceConfig},
};
use kernel_db::{Db, DbError, Feed, LocalFeed};
use kernel_web::{ApiError, ApiResult, Json, Query};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::wire::{FeedPage, FeedQuery, MOST_EVENTS, MOST_WAIT_MS};

mod readers;

use readers::Readers;

/// Looks at the value of a request's `Authorization` header, for the module that is asked; the reason when it is not
/// good enough.
pub type Verify = Arc<dyn Fn(Option<&str>, &str) -> Result<(), String> + Send + Sync>;

/// The log is read this often while a reader waits, whatever the bus says.
const POLL: Duration = Duration::from_secs(1);

/// The feeds of one process.
pub struct FeedServer {
    feeds: HashMap<&'static str, Arc<Hosted>>,
    verify: Verify,
    stopping: CancellationToken,
}

/// One module's feed.
struct Hosted {
    db: Db,
    feed: LocalFeed,
    readers: Readers,
}

impl FeedServer {
    /// Readers that wait are sent home as soon as `stopping` is cancelled.
    pub fn new(verify: Verify, stopping: CancellationToken) -> Self {
        Self { feeds: HashMap::new(), verify, stopping }
    }

    /// Serves the outbox of `db` too.
    #[must_use]
    pub fn with(mut self, db: &Db) -> Self {
        let hosted = Hosted { db: db.clone(), feed: LocalFeed::of(db), readers: Readers::default() };
        self.feeds.insert(db.module(), Arc::new(hosted));
        self
    }

    /// Mounts `GET /feeds/{module}`. Each worker of the server configures its application with it; around it stands
    /// [`kernel_web::Guard`].
    pub fn configure(self: &Arc<Self>, config: &mut ServiceConfig) {
        let feeds = web::resource("/feeds/{module}")
            .app_data(Data::from(Arc::clone(self)))
            .route(web::get().to(read))
            .default_service(web::to(|| async {
                ApiResult::<Json<()>>::Err(ApiError::method_not_allowed(&[Method::GET]))
            }));
        config.service(feeds);
    }

    fn find(&self, request: &HttpRequest) -> ApiResult<Arc<Hosted>> {
        let module = request.match_info().query("module");
        let shown = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        (self.verify)(shown, module).map_err(|why| ApiError::new(StatusCode::UNAUTHORIZED, "unauthenticated", why))?;
        self.feeds.get(module).cloned().ok_or_else(|| {
            let mut here: Vec<&str> = self.feeds.keys().copied().collect();
            here.sort_unstable();
            let detail = format!("no module called {module} lives in this process; {} do", here.join(", "));
            ApiError::new(StatusCode::NOT_FOUND, "unknown-feed", detail)
        })
    }
}

/// The feed that a request may read. It comes first among the arguments, so that it refuses before anything is read.
struct Allowed(Arc<Hosted>);

impl FromRequest for Allowed {
    type Error = ApiError;
    type Future = std::future::Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let server = request.app_data::<Data<FeedServer>>().ok_or_else(ApiError::not_found);
        std::future::ready(server.and_then(|server| server.find(request)).map(Self))
    }
}

async fn read(
    Allowed(hosted): Allowed,
    Query(query): Query<FeedQuery>,
    server: Data<FeedServer>,
) -> ApiResult<Json<FeedPage>> {
    check(&query)?;
    hosted.readers.saw(&hosted.db, &query).await;
    match hosted.page(&query, &server.stopping).await {
        Ok(page) => Ok(Json(page)),
        Err(error) => Err(hosted.refusal(error).await),
    }
}

fn check(query: &FeedQuery) -> ApiResult<()> {
    let refuse = |name, message: &str| Err(ApiError::bad_parameter(name, message));
    match query {
        FeedQuery { after: ..0, .. } => refuse("after", "lower than 0"),
        FeedQuery { limit: 0, .. } => refuse("limit", "lower than 1"),
        FeedQuery { limit, .. } if *limit > MOST_EVENTS => refuse("limit", "greater than 500"),
        FeedQuery { wait_ms, .. } if *wait_ms > MOST_WAIT_MS => refuse("wait_ms", "greater than 30000"),
        FeedQuery { consumer: Some(name), .. } if !is_name(name) => {
            refuse("consumer", "not 1 to 64 letters, digits, `-`, `_` or `.`")
        }
        _ => Ok(()),
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

impl Hosted {
    /// What comes next, as soon as there is any of it, the time is over or the process stops.
    async fn page(&self, query: &FeedQuery, stopping: &CancellationToken) -> Result<FeedPage, DbError> {
        let mut news = self.feed.news();
        let ends_at = Instant::now() + Duration::from_millis(query.wait_ms);
        loop {
            news.mark_unchanged();
            let events = self.feed.read(query.place(), query.limit).await?;
            let left = ends_at.saturating_duration_since(Instant::now());
            if !events.is_empty() || left.is_zero() || stopping.is_cancelled() {
                let head = self.feed.head().await?;
                return Ok(FeedPage { source: self.feed.source().to_owned(), head, events });
            }
            tokio::select! {
                () = stopping.cancelled() => {}
                () = tokio::time::sleep(left.min(POLL)) => {}
                Ok(()) = news.changed() => {}
            }
        }
    }

    async fn refusal(&self, error: DbError) -> ApiError {
        match &error {
            DbError::FeedWentBack { position, head, .. } => {
                let refusal = ApiError::new(StatusCode::CONFLICT, "feed-went-back", error.to_string());
                refusal.with("position", *position).with("head", *head)
            }
            DbError::FeedRetired { position, first, .. } => {
                let refusal = ApiError::new(StatusCode::GONE, "feed-retired", error.to_string());
                let refusal = refusal.with("position", *position).with("first", *first);
                match self.feed.head().await {
                    Ok(head) => refusal.with("head", head),
                    Err(error) => error.into(),
                }
            }
            _ => error.into(),
        }
    }
}
