//! The rules for every operation, each as a table over a small application.

use std::sync::Arc;

use actix_web::{
    App, HttpResponse, Route,
    http::{Method, StatusCode, header::HeaderMap},
    test::{self, TestRequest, try_call_service},
    web::{self, ServiceConfig},
};
use kernel::clock::SeededIds;
use secrecy::SecretString;
use serde_json::Value;

use crate::{AdminKey, BodyLimit, Boundary, Guard, MethodTable};

mod answers;
mod bodies;
mod guarding;
mod handler;
mod headers;
mod logging;
mod openapi;
mod origin;
mod parameters;
mod problems;
mod socket;
mod texts;

const ADMIN_KEY: &str = "the-admin-key";

/// What came back, with the body read.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The problem's code, once it is sure that the document is whole.
    fn code(&self) -> String {
        let json = self.json();
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(json["status"], self.status);
        assert_eq!(json["request_id"], self.header("x-request-id").unwrap());
        let code = json["code"].as_str().unwrap().to_owned();
        assert_eq!(json["type"], format!("urn:banyan:problem:{code}"));
        assert!(json["title"].is_string() && json["detail"].is_string());
        code
    }
}

fn boundary() -> Boundary {
    Boundary {
        ids: Arc::new(SeededIds::new(7)),
        admin_key: AdminKey::new(&SecretString::from(ADMIN_KEY)),
        body_limit: BodyLimit(200),
        methods: MethodTable::default()
            .and("/things", &[Method::POST])
            .and("/things/{id}", &[Method::GET, Method::DELETE]),
    }
}

/// Sends one request through the guard to an application with `routes`.
async fn ask(request: TestRequest, routes: impl FnOnce(&mut ServiceConfig)) -> Reply {
    let app = App::new().configure(|config| boundary().configure(config)).configure(routes).wrap(Guard);
    let app = test::init_service(app).await;
    let response: HttpResponse = match try_call_service(&app, request.to_request()).await {
        Ok(response) => response.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = actix_web::body::to_bytes(response.into_body()).await.unwrap().to_vec();
    Reply { status, headers, body }
}

/// The same with one handler at `/`.
async fn ask_route(request: TestRequest, route: Route) -> Reply {
    ask(request, |config| {
        config.route("/", route);
    })
    .await
}

fn fine() -> Route {
    web::get().to(|| async { HttpResponse::new(StatusCode::OK) })
}
