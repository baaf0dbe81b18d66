use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use actix_web::{
    App, HttpResponse,
    http::{Method, header::HeaderMap},
    test::{self, TestRequest, try_call_service},
};
use async_trait::async_trait;
use catalog_contract::{CatalogEvent, Prices};
use inventory_contract::{Held, Hold, Level, Stock, StockRefusal};
use kernel::{CallContext, OrderId, Seams, Sku};
use kernel_db::{Bus, Db, Durability, Feed, LocalFeed, Place, Target};
use kernel_module::Module;
use kernel_web::{AdminKey, BodyLimit, Boundary, Guard, MethodTable};
use port::{Executed, PortError, PortResult};
use secrecy::SecretString;
use serde_json::Value;

use crate::{Catalog, Config};

const ADMIN_KEY: &str = "the-admin-key";

/// Plays `story` on a fresh catalog in each database there is.
pub(super) async fn everywhere(story: impl AsyncFn(Shop)) {
    let folder = tempfile::tempdir().unwrap();
    story(Shop::open(&Target::sqlite(folder.path().join("catalog.db"))).await).await;
    #[expect(clippy::disallowed_methods, reason = "tests are told of a server by the environment")]
    if let Ok(url) = std::env::var("BANYAN_TEST_POSTGRES") {
        let schema = format!("catalog_{}", Seams::system().ids.next().simple());
        let target = Target::Postgres { url, schema: schema.clone(), connections: 4 };
        let shop = Shop::open(&target).await;
        let db = shop.db.clone();
        story(shop).await;
        db.transact(|tx| {
            let drop = format!("DROP SCHEMA \"{schema}\" CASCADE");
            async move { tx.run(&drop, []).await }
        })
        .await
        .unwrap();
        db.close().await.unwrap();
    }
}

/// A catalog with a scripted inventory.
pub(super) struct Shop {
    pub(super) db: Db,
    pub(super) catalog: Catalog,
    pub(super) stock: Arc<ScriptedStock>,
}

impl Shop {
    async fn open(target: &Target) -> Self {
        let seams = Seams::system();
        let db = Db::open("catalog", target, Durability::Relaxed, Bus::default(), seams).await.unwrap();
        kernel_module::migrate(&db, crate::persistence::migrations::steps()).await.unwrap();
        Self::on(db)
    }

    fn on(db: Db) -> Self {
        Self::with_config(db, Config::for_testing())
    }

    pub(super) fn with_config(db: Db, config: Config) -> Self {
        let stock = Arc::new(ScriptedStock::default());
        let asked: Arc<dyn Stock> = stock.clone();
        let catalog = Catalog::new(db.clone(), config, asked);
        Self { db, catalog, stock }
    }

    /// Another process on the same database.
    pub(super) fn neighbour(&self) -> Self {
        Self::on(self.db.clone())
    }

    pub(super) fn prices(&self) -> Arc<dyn Prices> {
        self.catalog.prices()
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.ask(TestRequest::get().uri(path)).await
    }

    /// The body of a GET that goes well.
    pub(super) async fn read(&self, path: &str) -> Value {
        let reply = self.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        reply.json()
    }

    pub(super) async fn admin(&self, method: Method, path: &str, body: &Value) -> Reply {
        self.ask(self.admin_request(method, path).set_json(body)).await
    }

    #[expect(clippy::unused_self, reason = "it is the shop whose admin asks")]
    pub(super) fn admin_request(&self, method: Method, path: &str) -> TestRequest {
        TestRequest::with_uri(path).method(method).insert_header(("Authorization", format!("Bearer {ADMIN_KEY}")))
    }

    /// Makes a product that is no trouble.
    pub(super) async fn sells(&self, product: &Value) -> Value {
        let reply = self.admin(Method::POST, "/admin/products", product).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()
    }

    pub(super) async fn imports(&self, rows: &str) -> Value {
        let reply = self.import(rows.as_bytes(), "text/csv", "").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    pub(super) async fn import(&self, rows: &[u8], media_type: &str, query: &str) -> Reply {
        let request = self.admin_request(Method::POST, &format!("/admin/products/import{query}"));
        self.ask(request.insert_header(("Content-Type", media_type)).set_payload(rows.to_vec())).await
    }

    /// Every event so far.
    pub(super) async fn events(&self) -> Vec<CatalogEvent> {
        let events = LocalFeed::of(&self.db).read(Place::START, 10_000).await.unwrap();
        events.iter().map(|event| event.event().unwrap()).collect()
    }

    /// Sends one request through the guard.
    pub(super) async fn ask(&self, request: TestRequest) -> Reply {
        let boundary = Boundary {
            ids: Arc::clone(&self.db.seams().ids),
            admin_key: AdminKey::new(&SecretString::from(ADMIN_KEY)),
            body_limit: BodyLimit::default(),
            methods: MethodTable::default(),
        };
        let routes = |config: &mut actix_web::web::ServiceConfig| {
            self.catalog.routes(&mut utoipa_actix_web::service_config::ServiceConfig::new(config));
        };
        let app = App::new().configure(|config| boundary.configure(config)).configure(routes).wrap(Guard);
        let app = test::init_service(app).await;
        let response: HttpResponse = match try_call_service(&app, request.to_request()).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap().to_vec();
        Reply { status, headers, body }
    }
}

/// What came back, with the body read.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// `409 sku-taken`.
    pub(super) fn refusal(&self) -> String {
        format!("{} {}", self.status, self.json()["code"].as_str().unwrap_or_default())
    }

    /// Every place that a 422 names, with its code.
    pub(super) fn places(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        let text = |error: &Value, member: &str| error[member].as_str().unwrap_or_default().to_owned();
        errors.iter().map(|error| format!("{} {}", text(error, "pointer"), text(error, "code"))).collect()
    }
}

/// An inventory that knows levels only, and may be away.
#[derive(Debug, Default)]
pub(super) struct ScriptedStock {
    pub(super) levels: Mutex<HashMap<Sku, i64>>,
    pub(super) away: AtomicBool,
}

#[async_trait]
impl Stock for ScriptedStock {
    async fn hold(&self, _: &CallContext, _: Hold) -> PortResult<Held, StockRefusal> {
        Err(PortError::Incompatible)
    }

    async fn commit(&self, _: &CallContext, _: OrderId) -> PortResult<(), StockRefusal> {
        Err(PortError::Incompatible)
    }

    async fn release(&self, _: &CallContext, _: OrderId) -> PortResult<(), StockRefusal> {
        Err(PortError::Incompatible)
    }

    async fn levels(&self, _: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Level>, StockRefusal> {
        if self.away.load(Ordering::SeqCst) {
            return Err(PortError::Unavailable { executed: Executed::No });
        }
        let levels = self.levels.lock().unwrap();
        let level = |sku: Sku| levels.get(&sku).map(|&available| Level { sku, available });
        Ok(skus.into_iter().filter_map(level).collect())
    }
}
