//! Whoever talks to the module over HTTP.

use std::sync::Arc;

use actix_web::{
    App, HttpResponse,
    http::{Method, header::HeaderMap},
    test::{self, TestRequest, try_call_service},
};
use kernel::{OrderId, clock::SystemIds};
use kernel_module::Module;
use kernel_web::{AdminKey, BodyLimit, Boundary, Guard, MethodTable};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::shop::Shop;

const ADMIN_KEY: &str = "the admin key";

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(super) fn code(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.json());
        self
    }

    pub(super) fn order(&self) -> OrderId {
        let json = self.json();
        let id = json["id"].as_str().or_else(|| json["order"].as_str());
        id.unwrap_or_else(|| panic!("{json}")).parse().unwrap()
    }

    pub(super) fn token(&self) -> String {
        self.json()["order_token"].as_str().unwrap().to_owned()
    }
}

/// One request.
pub(super) struct Call(TestRequest);

pub(super) fn get(path: &str) -> Call {
    Call(TestRequest::get().uri(path))
}

pub(super) fn post(path: &str, body: &Value) -> Call {
    Call(TestRequest::post().uri(path).set_json(body))
}

pub(super) fn bare(method: Method, path: &str) -> Call {
    Call(TestRequest::default().method(method).uri(path))
}

pub(super) fn put(path: &str, body: &Value) -> Call {
    Call(TestRequest::put().uri(path).set_json(body))
}

impl Call {
    /// A short name is made as long and as varied as a guest's key must be.
    pub(super) fn key(self, name: &str) -> Self {
        self.bare_key(&format!("{name}-5f0c2b9e7d1a48365c0d"))
    }

    /// A key as it is.
    pub(super) fn bare_key(self, key: &str) -> Self {
        Self(self.0.insert_header(("Idempotency-Key", key)))
    }

    pub(super) fn token(self, token: &str) -> Self {
        Self(self.0.insert_header(("X-Order-Token", token)))
    }

    pub(super) fn admin(self) -> Self {
        Self(self.0.insert_header(("Authorization", format!("Bearer {ADMIN_KEY}"))))
    }

    pub(super) async fn to(self, shop: &Shop) -> Reply {
        let boundary = Boundary {
            ids: Arc::new(SystemIds),
            admin_key: AdminKey::new(&SecretString::from(ADMIN_KEY)),
            body_limit: BodyLimit::default(),
            methods: MethodTable::default(),
        };
        let module = Arc::clone(&shop.module);
        let app = App::new()
            .configure(|config| boundary.configure(config))
            .configure(|config| module.routes(&mut utoipa_actix_web::service_config::ServiceConfig::new(config)))
            .wrap(Guard);
        let app = test::init_service(app).await;
        let response: HttpResponse = match try_call_service(&app, self.0.to_request()).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap().to_vec();
        Reply { status, headers, body }
    }
}

/// A purchase of these lines, paid with `token`.
pub(super) fn purchase(lines: &[(&str, i64)], token: &str) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    json!({
        "email": "ada@example.com",
        "currency": "GBP",
        "lines": lines,
        "payment": {"method": "simulated", "token": token},
    })
}

/// Places an order of these lines under `key`.
pub(super) async fn buy(shop: &Shop, key: &str, lines: &[(&str, i64)], token: &str) -> Reply {
    post("/orders", &purchase(lines, token)).key(key).to(shop).await
}

/// The status of `order`, as the admin sees it.
pub(super) async fn status_of(shop: &Shop, order: OrderId) -> String {
    let order = get(&format!("/orders/{order}")).admin().to(shop).await.expect(200).json();
    order["status"].as_str().unwrap().to_owned()
}
