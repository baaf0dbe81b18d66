//! A 5xx is explained in the log, once, under the id that the client was given.

use std::{
    io::{Result, Write},
    sync::{Arc, Mutex},
};

use actix_web::{HttpResponse, Route, http::StatusCode, test::TestRequest, web};
use tracing_subscriber::fmt::MakeWriter;

use super::ask_route;
use crate::{ApiError, ApiResult, NoContent};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

async fn logged(route: Route) -> Vec<String> {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt().with_ansi(false).with_writer(lines.clone()).finish();
    let _until_the_end = tracing::subscriber::set_default(log);
    ask_route(TestRequest::get().insert_header(("X-Request-Id", "mine")), route).await;
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn refuse(error: ApiError) -> Route {
    web::get().to(move || std::future::ready(ApiResult::<NoContent>::Err(error.clone())))
}

async fn boom() -> HttpResponse {
    panic!("the reason")
}

#[actix_web::test]
async fn a_failure_is_logged_once_with_its_cause() {
    let away = ApiError::of_status(StatusCode::SERVICE_UNAVAILABLE).caused_by("the reason");
    for (route, level) in [
        (refuse(ApiError::internal("the reason")), "ERROR"),
        (refuse(away), "WARN"),
        (web::get().to(boom), "ERROR"),
        (
            web::get().to(async || HttpResponse::from_error(actix_web::error::ErrorInternalServerError("the reason"))),
            "ERROR",
        ),
    ] {
        let lines = logged(route).await;
        let [line] = lines.as_slice() else { panic!("one line, not {lines:?}") };
        for part in [level, "the reason", "request_id=\"mine\""] {
            assert!(line.contains(part), "{part} is missing: {line}");
        }
    }
}

#[actix_web::test]
async fn a_refusal_is_not_a_failure() {
    assert_eq!(logged(refuse(ApiError::not_found())).await, Vec::<String>::new());
}
