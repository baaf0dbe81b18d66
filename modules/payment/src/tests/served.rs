//! The module's operations behind a real server.

use std::sync::Arc;

use actix_web::{App, HttpServer, dev::ServerHandle, http::Method, web};
use kernel::Seams;
use kernel_module::Module as _;
use kernel_web::{AdminKey, BodyLimit, Boundary, Guard, MethodTable};
use secrecy::SecretString;
use serde_json::Value;

use super::harness::Store;

const ADMIN_KEY: &str = "the-admin-key";

pub(super) struct Served {
    url: String,
    server: ServerHandle,
    client: reqwest::Client,
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) replayed: bool,
    pub(super) text: String,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Status and problem code, or status and payment status.
    pub(super) fn gist(&self) -> String {
        let json = self.json();
        let word = json["code"].as_str().or_else(|| json["status"].as_str()).unwrap_or_default().to_owned();
        format!("{} {word}", self.status)
    }
}

impl Served {
    pub(super) fn open(store: &Store) -> Self {
        let payment = Arc::clone(&store.payment);
        let boundary = Boundary {
            ids: Seams::system().ids,
            admin_key: AdminKey::new(&SecretString::from(ADMIN_KEY)),
            body_limit: BodyLimit::default(),
            methods: MethodTable::default().and("/nowhere", &[Method::GET]),
        };
        let server = HttpServer::new(move || {
            let payment = Arc::clone(&payment);
            let scope = web::scope("/api/v1").configure(move |config| {
                payment.routes(&mut utoipa_actix_web::service_config::ServiceConfig::new(config));
            });
            App::new().configure(|config| boundary.configure(config)).service(scope).wrap(Guard)
        });
        let server = server.workers(1).bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { url, server: handle, client: reqwest::Client::new() }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Last of all: database connections that the server opened end with it.
    pub(super) async fn stop(self) {
        self.server.stop(false).await;
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(self.client.get(format!("{}/api/v1{path}", self.url)).bearer_auth(ADMIN_KEY)).await
    }

    pub(super) async fn post(&self, path: &str, key: Option<&str>, body: Option<Value>) -> Reply {
        let mut request = self.client.post(format!("{}/api/v1{path}", self.url)).bearer_auth(ADMIN_KEY);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request).await
    }

    /// Without a credential.
    pub(super) async fn knock(&self, method: reqwest::Method, path: &str) -> Reply {
        self.send(self.client.request(method, format!("{}/api/v1{path}", self.url))).await
    }

    pub(super) async fn webhook(&self, provider: &str, headers: &[(&str, String)], body: &[u8]) -> Reply {
        let mut request = self.client.post(format!("{}/api/v1/webhooks/payments/{provider}", self.url));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.send(request.body(body.to_vec())).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let replayed = response.headers().contains_key("idempotency-replayed");
        let status = response.status().as_u16();
        Reply { status, replayed, text: response.text().await.unwrap() }
    }
}
