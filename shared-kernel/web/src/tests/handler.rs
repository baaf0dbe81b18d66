//! A handler in the house style, as the crate's page shows it, with the document that utoipa makes of it.

use actix_web::{App, http::header, post, test::TestRequest, web::Data};
use garde::Validate;
use kernel::{Kind, OrderId, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{Modify, ToSchema};
use utoipa_actix_web::AppExt;

use super::{ADMIN_KEY, Reply, ask};
use crate::{Admin, ApiResult, Body, Json, MethodTable, OptionalKey, Path, Problems};

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct CancelBody {
    #[garde(length(chars, max = 20))]
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct OrderView {
    id: OrderId,
    status: &'static str,
    why: String,
}

struct Cancel {
    id: OrderId,
    key: Option<String>,
    reason: String,
}

impl CancelBody {
    fn into_command(self, id: OrderId, key: OptionalKey) -> Cancel {
        Cancel { id, key: key.0, reason: self.reason }
    }
}

struct Orders {
    /// The key that comes when it is too late.
    late: &'static str,
}

#[derive(Debug, thiserror::Error)]
#[error("order {0} is on its way already")]
struct TooLate(OrderId);

impl Problem for TooLate {
    fn kind(&self) -> Kind {
        Kind::Conflict
    }

    fn code(&self) -> &'static str {
        "order-fulfilled"
    }
}

impl Orders {
    fn cancel(&self, command: Cancel) -> impl Future<Output = Result<OrderView, TooLate>> {
        let view = OrderView { id: command.id, status: "cancelled", why: command.reason };
        let late = command.key.is_some_and(|key| key == self.late);
        std::future::ready(if late { Err(TooLate(command.id)) } else { Ok(view) })
    }
}

/// Cancels an order.
///
/// Stock goes back, the payment is voided or refunded.
#[utoipa::path(
    tag = "orders",
    params(OptionalKey),
    request_body = CancelBody,
    responses(Problems, (status = 200, description = "Cancelled", body = OrderView)),
    security(("admin" = [])),
)]
#[post("/orders/{id}/cancel")]
async fn cancel_order(
    _: Admin,
    Path((id,)): Path<(OrderId,)>,
    key: OptionalKey,
    body: Body<CancelBody>,
    orders: Data<Orders>,
) -> ApiResult<Json<OrderView>> {
    let command = body.into_inner().into_command(id, key);
    let order = orders.cancel(command).await?;
    Ok(Json(order))
}

const ID: &str = "018f3a5e-0000-7000-8000-000000000000";

async fn cancel(key: &str) -> Reply {
    send(TestRequest::post().insert_header((header::AUTHORIZATION, format!("Bearer {ADMIN_KEY}"))), key).await
}

async fn send(request: TestRequest, key: &str) -> Reply {
    let request = request
        .uri(&format!("/orders/{ID}/cancel"))
        .insert_header(("Idempotency-Key", key))
        .set_json(json!({"reason": "too big"}));
    ask(request, |config| {
        config.app_data(Data::new(Orders { late: "late" }));
        utoipa_actix_web::service_config::ServiceConfig::new(config).service(cancel_order);
    })
    .await
}

#[actix_web::test]
async fn it_answers_and_refuses() {
    let done = cancel("first").await;
    assert_eq!((done.status, done.json()), (200, json!({"id": ID, "status": "cancelled", "why": "too big"})));
    let late = cancel("late").await;
    assert_eq!((late.status, late.code().as_str()), (409, "order-fulfilled"));
}

#[actix_web::test]
async fn the_guard_refuses_before_anything_else_is_looked_at() {
    assert_eq!(send(TestRequest::post(), "not a key").await.code(), "unauthenticated");
    assert_eq!(cancel("not a key").await.code(), "idempotency-key-malformed");
}

#[test]
fn its_document_is_whole() {
    let (_, mut document) = App::new().into_utoipa_app().service(cancel_order).split_for_parts();
    Problems.modify(&mut document);
    let table = MethodTable::from_openapi(&document);
    assert_eq!(table.known_methods(&format!("/orders/{ID}/cancel")), [actix_web::http::Method::POST]);
    assert!(table.known_methods("/orders").is_empty());

    let document = serde_json::to_value(&document).unwrap();
    let operation = &document["paths"]["/orders/{id}/cancel"]["post"];
    assert_eq!(operation["summary"], "Cancels an order.");
    let parameters = operation["parameters"].as_array().unwrap();
    let named = |name: &str| parameters.iter().find(|parameter| parameter["name"] == name).cloned().unwrap_or_default();
    assert_eq!((&named("id")["in"], &named("id")["required"]), (&"path".into(), &true.into()), "{parameters:?}");
    assert_eq!(named("id")["schema"]["$ref"], "#/components/schemas/OrderId");
    assert_eq!(named("Idempotency-Key")["in"], "header");
    assert_eq!(
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/CancelBody"
    );
    assert_eq!(answers(operation), ["200", "4XX", "5XX"]);
    for schema in ["CancelBody", "OrderView", "Problem", "FieldError"] {
        assert!(document["components"]["schemas"][schema].is_object(), "{schema} is missing");
    }
}

fn answers(operation: &Value) -> Vec<&str> {
    operation["responses"].as_object().unwrap().keys().map(String::as_str).collect()
}
