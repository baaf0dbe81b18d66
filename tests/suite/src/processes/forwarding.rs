//! The catalog and the stock live in other processes, and a customer of the store cannot tell.
//!
//! How a single request is carried is shown by the tests of `kernel-remote`; here the whole store stands around it.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::harness::{Answer, Api, Ask, Cluster, Endpoints, Kind, Process, Program, STORE, eventually, run, together};

/// A store with two modules elsewhere and a third whose far side is the test's own.
struct Scene {
    cluster: Cluster,
    program: Program,
    store: Process,
    catalog: Process,
    inventory: Process,
    /// Where payment's public routes are looked for.
    recorder: TcpListener,
}

#[test]
fn a_customer_cannot_tell() {
    let _turn = together();
    run(async {
        let scene = Scene::opens().await;
        a_sheet_goes_through(&scene).await;
        answers_are_those_of_the_module(&scene).await;
        unchanged_is_said_briefly(&scene.store).await;
        the_admin_gets_through(&scene.store).await;
        the_documents_are_whole(&scene).await;
        who_asks_is_told(&scene).await;
        the_rest_goes_on(scene).await;
    });
}

impl Scene {
    async fn opens() -> Self {
        let recorder = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut cluster = Cluster::patient(Kind::Sqlite, &["catalog", "inventory"]);
        let public = recorder.local_addr().unwrap().to_string();
        cluster.is_found("payment", Endpoints { public, ..Endpoints::free() });
        let program = cluster.parted();
        let (inventory, catalog) = (cluster.opens_module("inventory").await, cluster.opens_module("catalog").await);
        let store = program.serves().await;
        for process in [&store, &catalog, &inventory] {
            eventually("everybody but payment is trusted", async || {
                let modules = process.admin().get("/admin/modules").await.expect_status(200);
                (modules.words().matches("\"trusted\":false").count() == 1).then_some(())
            })
            .await;
        }
        Self { cluster, program, store, catalog, inventory, recorder }
    }
}

const HEAD: &str = "sku,title,price,currency,description,category,stock\n";

/// Larger than any body that the store itself would take, in both directions, and judged row by row there.
async fn a_sheet_goes_through(scene: &Scene) {
    let words = "soft ".repeat(400);
    let row = |row: usize| {
        let price = ["2.555", "2.55", "2.55"][row % 3];
        format!("CUP-{row},Cup {row},{price},GBP,{words},Kitchen > Cups,40\n")
    };
    let sheet: String = HEAD.to_owned() + &(0..1_200).map(row).collect::<String>();
    assert!(sheet.len() > 2 * 1024 * 1024, "{} bytes are no large sheet", sheet.len());
    let ask = |api: &Api, dry: bool| {
        let path = format!("/admin/products/import?dry_run={dry}");
        api.admin().ask(Method::POST, &path).body("text/csv", sheet.clone())
    };
    let there = ask(&scene.catalog, true).send().await.expect_status(200);
    let here = ask(&scene.store, true).send().await.expect_status(200);
    assert_eq!(here.body, there.body, "the same report, byte for byte");
    assert_eq!((here.number("/created"), here.number("/rejected")), (800, 400));
    assert_eq!(here.number("/errors/0/line"), 2);

    let some: String = sheet.split_inclusive('\n').take(40).collect();
    let kept = scene.store.admin().imports(&some).await.expect_status(200);
    assert_eq!((kept.number("/created"), kept.number("/rejected")), (26, 13));
    eventually("the stock has come", async || {
        let stock = scene.store.get("/api/v1/stock/CUP-1").await;
        (stock.status == 200).then_some(())
    })
    .await;
}

/// What is asked of both.
type Question = Box<dyn Fn(&Api) -> Ask>;

/// The store's answer is the module's, except for the request's id.
async fn answers_are_those_of_the_module(scene: &Scene) {
    let large = "x".repeat(3 * 1024 * 1024);
    let post = |path: &'static str, body: String| {
        move |api: &Api| api.admin().ask(Method::POST, path).body("application/json", body.clone())
    };
    let asks: [(&str, &Process, u16, Question); 11] = [
        ("a product", &scene.catalog, 200, Box::new(get("/api/v1/products/CUP-1"))),
        ("a page", &scene.catalog, 200, Box::new(get("/api/v1/products?limit=3&query=cup&sort=name"))),
        (
            "a packed page",
            &scene.catalog,
            200,
            Box::new(|api| get("/api/v1/products")(api).header("Accept-Encoding", "gzip")),
        ),
        ("stock", &scene.inventory, 200, Box::new(get("/api/v1/stock/CUP-1"))),
        ("no product", &scene.catalog, 404, Box::new(get("/api/v1/products/none"))),
        ("no stock", &scene.inventory, 404, Box::new(get("/api/v1/stock/none"))),
        ("a bad parameter", &scene.catalog, 400, Box::new(get("/api/v1/products?limit=many"))),
        ("no key", &scene.inventory, 401, Box::new(get("/api/v1/admin/stock"))),
        ("a bad body", &scene.catalog, 422, Box::new(post("/admin/products", "{}".to_owned()))),
        ("a body that is too large", &scene.catalog, 413, Box::new(post("/admin/products", large))),
        ("a wrong method", &scene.catalog, 405, Box::new(|api| api.ask(Method::PATCH, "/api/v1/products"))),
    ];
    for (what, module, status, ask) in asks {
        let (here, there) = (ask(&scene.store).send().await, ask(module).send().await);
        assert_eq!((here.status, there.status), (status, status), "{what}: {here} and {there}");
        let names = ["content-type", "content-encoding", "etag", "cache-control", "vary", "allow", "www-authenticate"];
        for name in names {
            assert_eq!(here.header(name), there.header(name), "{name} of {what}");
        }
        if status < 400 {
            assert_eq!(here.body, there.body, "{what}");
        } else {
            let id = here.header("x-request-id").map(str::to_owned);
            assert_eq!(Some(here.text("/request_id")), id, "{what}: one name on both sides");
            assert_eq!(nameless(&here), nameless(&there), "{what}");
        }
    }
}

fn get(path: &'static str) -> impl Fn(&Api) -> Ask {
    move |api: &Api| api.ask(Method::GET, path)
}

fn nameless(problem: &Answer) -> Value {
    let mut problem = problem.json();
    problem.as_object_mut().unwrap().remove("request_id");
    problem
}

async fn unchanged_is_said_briefly(store: &Process) {
    let path = "/api/v1/products/CUP-1";
    let tag = store.get(path).await.header("etag").expect("a product has a tag").to_owned();
    let same = store.ask(Method::GET, path).header("If-None-Match", &tag).send().await.expect_status(304);
    assert_eq!((same.header("etag"), same.body.len()), (Some(tag.as_str()), 0));
    store.ask(Method::GET, path).header("If-None-Match", "\"other\"").send().await.expect_status(200);
}

async fn the_admin_gets_through(store: &Process) {
    let body = json!({ "delta": 5, "reason": "found behind the shelf" });
    let adjusted = store.admin().adjusts("CUP-1", &body).await;
    assert!(adjusted.status < 300, "{adjusted}");
    assert_eq!(store.admin().level("CUP-1").await.on_hand, 45);
    store.ask(Method::GET, "/api/v1/admin/stock").bearer("another").send().await.expect_problem(401, "unauthenticated");
}

/// A process that has one module, and the store that lacks it, say what the whole store can do.
async fn the_documents_are_whole(scene: &Scene) {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/store.v1.json");
    let committed = std::fs::read(committed).unwrap();
    for process in [&scene.store, &scene.catalog, &scene.inventory] {
        assert!(process.get("/openapi.json").await.expect_status(200).body == committed, "{}", process.url());
        assert!(process.get("/docs").await.expect_status(200).words().contains("swagger"));
    }
}

/// What a far side is told of who asks, and what of its answer is kept from them.
async fn who_asks_is_told(scene: &Scene) {
    let ask = "GET /api/v1/admin/payments?limit=1 HTTP/1.1\r\nHost: shop.example\r\nAuthorization: Bearer a-key\r\n\
               X-Forwarded-For: 203.0.113.9\r\nX-Request-Id: my-own.name_1\r\nConnection: close, X-Private\r\n\
               X-Private: secret\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\n\r\n";
    let answer = "HTTP/1.1 207 Odd\r\nContent-Type: text/odd\r\nContent-Length: 3\r\nKeep-Alive: timeout=5\r\n\
                  Connection: keep-alive, X-Inner\r\nX-Inner: 1\r\nX-Odd: 1\r\n\r\nodd";
    let customer = async {
        let mut stream = TcpStream::connect(&scene.cluster.endpoints(STORE).public).await.unwrap();
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut seen = String::new();
        stream.read_to_string(&mut seen).await.unwrap();
        seen.to_lowercase()
    };
    let module = async {
        let (mut stream, _) = scene.recorder.accept().await.unwrap();
        let mut seen = vec![0; 4096];
        let read = stream.read(&mut seen).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&seen[..read]).to_lowercase()
    };
    let (answered, asked) = tokio::join!(customer, module);
    assert!(asked.starts_with("get /api/v1/admin/payments?limit=1 http/1.1\r\n"), "{asked}");
    for line in [
        "x-forwarded-for: 203.0.113.9, 127.0.0.1",
        "x-forwarded-host: shop.example",
        "x-forwarded-proto: http",
        "x-request-id: my-own.name_1",
        "authorization: bearer a-key",
    ] {
        assert_eq!(asked.matches(&format!("\r\n{line}\r\n")).count(), 1, "{line} in {asked}");
    }
    for name in ["x-private", "keep-alive", "te"] {
        assert!(!asked.contains(&format!("\r\n{name}: ")), "{name} in {asked}");
    }
    assert!(answered.starts_with("http/1.1 207 ") && answered.ends_with("\r\n\r\nodd"), "{answered}");
    assert!(
        answered.contains("\r\nx-odd: 1\r\n") && answered.contains("\r\nx-request-id: my-own.name_1\r\n"),
        "{answered}"
    );
    for name in ["x-inner", "keep-alive"] {
        assert!(!answered.contains(&format!("\r\n{name}: ")), "{name} in {answered}");
    }
}

/// Inventory's process dies. Its routes say so; the others', and the store's readiness, are what they were.
async fn the_rest_goes_on(scene: Scene) {
    let Scene { cluster, program, store, catalog, inventory, recorder } = scene;
    inventory.kill();
    drop(recorder);
    let away = store.get("/api/v1/stock/CUP-1").await.expect_problem(503, "module-unavailable");
    assert!(away.header("retry-after").is_some(), "{away}");
    store.get("/api/v1/admin/payments").await.expect_problem(503, "module-unavailable");
    let product = store.get("/api/v1/products/CUP-1?include=availability").await.expect_status(200);
    assert!(product.words().contains("\"available\":null"), "{product}");
    store.ask(Method::POST, "/api/v1/carts").json(&json!({ "currency": "GBP" })).send().await.expect_status(201);

    let ready = eventually("the store has noticed", async || {
        let ready = store.shows("/health/ready").await.expect_status(200);
        let is_away = |module: &Value| module["name"] == "inventory" && module["reachable"] == false;
        ready.at("/elsewhere").as_array().unwrap().iter().any(is_away).then_some(ready)
    })
    .await;
    assert_eq!(ready.text("/status"), "ready");
    let looks = |name: &str| {
        let elsewhere = ready.at("/elsewhere");
        let found = elsewhere.as_array().unwrap().iter().find(|module| module["name"] == name).cloned().unwrap();
        (found["trusted"] == true, found["reachable"] == true, found["trouble"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(looks("catalog"), (true, true, String::new()));
    let (trusted, reachable, trouble) = looks("inventory");
    assert!(trusted && !reachable && trouble.contains("is the module running"), "{trouble}");
    let (trusted, reachable, _) = looks("payment");
    assert!(!trusted && !reachable);

    let said = program.says(&["health"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    for line in
        ["ready\n", "catalog is elsewhere, trusted, reachable\n", "inventory is elsewhere, trusted, away: nothing"]
    {
        assert!(said.out.contains(line), "no {line:?} in {said:?}");
    }
    let again = cluster.opens_module("inventory").await;
    eventually("inventory is back", async || (store.get("/api/v1/stock/CUP-1").await.status == 200).then_some(()))
        .await;
    for process in [store, catalog, again] {
        process.stops().await;
    }
}
