//! Puts texts that must not be kept into every string of the committed document: bodies, queries, paths and headers.

use serde_json::{Map, Value, json};

use crate::harness::{ADMIN_KEY, Answer, Ask, Shop, fresh_key, stories};

stories!(no_text_that_cannot_be_kept_is_taken, no_row_with_such_a_text_is_imported);

const DOCUMENT: &str = include_str!("../../../../openapi/store.v1.json");

/// Stands in a body where the bad text goes.
const HERE: &str = "@@here@@";

/// As they stand in JSON: NUL, other controls, marks of direction, a noncharacter, and half a surrogate pair.
const BAD: [&str; 10] = [
    r"a\u0000b",
    r"a\u0007b",
    r"\u001b[2J",
    r"a\u007fb",
    r"a\u0085b",
    r"a\u202eb",
    r"a\u2066b",
    r"a\u200fb",
    r"a\uffffb",
    r"a\ud800b",
];

/// The same in a path or a query, with a byte that is no UTF-8 and an encoded surrogate.
const BAD_ENCODED: [&str; 9] =
    ["a%00b", "a%07b", "a%7Fb", "a%C2%85b", "a%E2%80%AEb", "a%E2%81%A6b", "a%EF%BF%BFb", "a%FFb", "a%ED%A0%80b"];

/// Longer than any text may be, and than any parameter.
const OVERLONG: usize = 25_000;

/// One operation, and what there is for it to be asked of.
struct Operation<'d> {
    document: &'d Value,
    method: String,
    path: String,
    spec: &'d Value,
}

/// Things that are there, so that it is the text and nothing else that is refused.
struct Scene {
    order: String,
    token: String,
    payment: String,
    cart: String,
    product: String,
    category: String,
}

impl Scene {
    async fn of(shop: &Shop) -> Self {
        let admin = shop.admin();
        admin.stocks("cup", 50, 100).await;
        let order = shop.guest("ada").has_bought(&[("cup", 2)]).await;
        shop.settle().await;
        let cart = shop.ask(reqwest::Method::POST, "/api/v1/carts").send().await.expect_status(201);
        let category = admin.post("/admin/categories", &json!({"title": "Cups"})).await.expect_status(201);
        let payment = admin.payment_of(&order).await.text("/id");
        let product = shop.get("/api/v1/products/cup").await.text("/id");
        let (cart, category) = (cart.text("/id"), category.text("/id"));
        Self { order: order.id, token: order.token, payment, cart, product, category }
    }

    fn id(&self, path: &str) -> &str {
        let owners = [
            ("/payments", &self.payment),
            ("/carts", &self.cart),
            ("/products", &self.product),
            ("/categories", &self.category),
        ];
        owners.into_iter().find(|(part, _)| path.contains(part)).map_or(&self.order, |(_, id)| id)
    }
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap();
    let each = |(path, methods): (&String, &'static str)| (path.clone(), methods);
    let methods = ["get", "post", "put", "delete", "patch"];
    let named = paths.iter().flat_map(|(path, _)| methods.map(|method| each((path, method))));
    named
        .filter_map(|(path, method)| {
            let spec = document["paths"][&path].get(method)?;
            Some(Operation { document, method: method.to_uppercase(), path, spec })
        })
        .collect()
}

impl<'d> Operation<'d> {
    fn resolved(&self, schema: &'d Value) -> &'d Value {
        if let Some(name) = schema["$ref"].as_str() {
            return self.resolved(self.document.pointer(name.trim_start_matches('#')).unwrap());
        }
        let choices = ["oneOf", "anyOf", "allOf"].into_iter().find_map(|of| schema[of].as_array());
        match choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")) {
            Some(choice) => self.resolved(choice),
            None => schema,
        }
    }

    /// A value that keeps the schema's rules; every member is in it.
    fn sample(&self, schema: &'d Value) -> Value {
        let schema = self.resolved(schema);
        if let Some(members) = schema["properties"].as_object() {
            return members
                .iter()
                .map(|(name, member)| (name.clone(), self.sample(member)))
                .collect::<Map<_, _>>()
                .into();
        }
        match (kind(schema), &schema["example"], schema["enum"].get(0)) {
            ("array", _, _) => json!([self.sample(&schema["items"])]),
            ("object", _, _) => json!({"x": "x"}),
            (_, example @ (Value::String(_) | Value::Number(_) | Value::Bool(_)), _) => example.clone(),
            (_, _, Some(one)) => one.clone(),
            ("integer" | "number", _, _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
            ("boolean", _, _) => json!(true),
            _ => json!("x"),
        }
    }

    /// Where the strings of a sample are, with the schema of each; a name of a free member too.
    fn strings(&self, schema: &'d Value, place: &str, found: &mut Vec<(String, &'d Value)>) {
        let schema = self.resolved(schema);
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            self.strings(member, &format!("{place}/{name}"), found);
        }
        match kind(schema) {
            "array" => self.strings(&schema["items"], &format!("{place}/0"), found),
            "object" if !schema["properties"].is_object() => found.push((format!("{place}/x"), &Value::Null)),
            "string" => found.push((place.to_owned(), schema)),
            _ => {}
        }
    }

    /// The schema of its body, unless the body is a text of another's as a whole, as that of a signed webhook is.
    fn body(&self) -> Option<&'d Value> {
        let schema = self.spec.pointer("/requestBody/content/application~1json/schema");
        schema.filter(|schema| kind(self.resolved(schema)) == "object")
    }

    fn parameters(&self, place: &str) -> Vec<&'d str> {
        let parameters = self.spec["parameters"].as_array().into_iter().flatten();
        parameters
            .filter(|parameter| parameter["in"] == place)
            .filter_map(|parameter| parameter["name"].as_str())
            .collect()
    }

    /// The path with everything filled in but `left`, in whose place `value` stands.
    fn filled(&self, scene: &Scene, left: Option<(&str, &str)>) -> String {
        let mut path = self.path.clone();
        if let Some((name, value)) = left {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        let known =
            [("sku", "cup"), ("handle", "cup"), ("slug", "cups"), ("provider", "simulated"), ("module", "inventory")];
        for (name, value) in known {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        while let Some((before, rest)) = path.clone().split_once('{') {
            path = format!("{before}{}{}", scene.id(&self.path), rest.split_once('}').unwrap().1);
        }
        path
    }

    /// The admin asks, and knows the order's token.
    fn ask(&self, shop: &Shop, scene: &Scene, path: &str) -> Ask {
        let ask = shop.ask(self.method.parse().unwrap(), path).bearer(ADMIN_KEY).order_token(&scene.token);
        let ask = if self.method == "GET" { ask } else { ask.key(&fresh_key()) };
        if self.parameters("header").contains(&"If-Match") { ask.header("If-Match", "*") } else { ask }
    }
}

fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default(),
        _ => "",
    }
}

async fn no_text_that_cannot_be_kept_is_taken(shop: &Shop) {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let scene = Scene::of(shop).await;
    shop.settle().await;
    let before = shop.snapshot().await;
    let mut tried = [0; 4];
    for operation in operations(&document) {
        tried[0] += bodies(shop, &scene, &operation).await;
        tried[1] += queries(shop, &scene, &operation).await;
        tried[2] += paths(shop, &scene, &operation).await;
        tried[3] += headers(shop, &scene, &operation).await;
    }
    assert!(
        tried.iter().zip([300, 150, 150, 20]).all(|(tried, least)| *tried >= least),
        "the walk lost some: {tried:?}"
    );
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

/// A 4xx that is a problem document, and repeats nothing that is not to be shown.
fn assert_refused(answer: &Answer, statuses: &[u16], what: &str) {
    assert!(statuses.contains(&answer.status), "{what}: {answer}");
    answer.clone().expect_problem(answer.status, &answer.text("/code"));
    let words = answer.words();
    for shown in ["\\u0000", "\u{202e}", "\u{2066}", "\u{200f}", "\u{ffff}", "\u{85}"] {
        assert!(!words.contains(shown), "{what} comes back: {words:?}");
    }
}

async fn bodies(shop: &Shop, scene: &Scene, operation: &Operation<'_>) -> usize {
    let Some(schema) = operation.body() else { return 0 };
    let mut strings = Vec::new();
    operation.strings(schema, "", &mut strings);
    let path = operation.filled(scene, None);
    let mut tried = 0;
    for (place, schema) in &strings {
        let mut body = operation.sample(operation.body().unwrap());
        *body.pointer_mut(place).unwrap_or_else(|| panic!("{} {place}", operation.path)) = json!(HERE);
        let longest = schema["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok());
        let long = "x".repeat(longest.map_or(OVERLONG, |most| most + 1));
        let blank = schema["minLength"].as_u64().filter(|least| *least > 0).map(|_| "   ");
        for bad in BAD.into_iter().chain([long.as_str()]).chain(blank) {
            let body = body.to_string().replace(HERE, bad);
            let answer = operation.ask(shop, scene, &path).body("application/json", body).send().await;
            let what = format!("{} {} {place} {bad:.20}", operation.method, operation.path);
            assert_refused(&answer, &[422], &what);
            let blamed = answer.at("/errors/0/pointer");
            assert_eq!(blamed, json!(place), "{what}: another place is blamed, so the text was not tried: {answer}");
            tried += 1;
        }
        let raw = body.to_string().split(HERE).map(str::as_bytes).collect::<Vec<_>>().join(&b"\xed\xa0\x80"[..]);
        let answer = operation.ask(shop, scene, &path).body("application/json", raw).send().await;
        assert_refused(&answer, &[400], &format!("{} {} {place} and no UTF-8", operation.method, operation.path));
    }
    tried
}

async fn queries(shop: &Shop, scene: &Scene, operation: &Operation<'_>) -> usize {
    let path = operation.filled(scene, None);
    let long = "x".repeat(OVERLONG);
    let mut tried = 0;
    for name in operation.parameters("query") {
        for bad in BAD_ENCODED.into_iter().chain([long.as_str()]) {
            let what = format!("{} {}?{name}={bad:.20}", operation.method, operation.path);
            let answer = operation.ask(shop, scene, &format!("{path}?{name}={bad}")).send().await;
            assert_refused(&answer, &[400, 414, 431], &what);
            tried += 1;
        }
    }
    tried
}

async fn paths(shop: &Shop, scene: &Scene, operation: &Operation<'_>) -> usize {
    let long = "x".repeat(OVERLONG);
    let names: Vec<&str> = operation.path.split(['{', '}']).skip(1).step_by(2).collect();
    let mut tried = 0;
    for name in names {
        for bad in BAD_ENCODED {
            let answer = operation.ask(shop, scene, &operation.filled(scene, Some((name, bad)))).send().await;
            assert_refused(&answer, &[400], &format!("{} {} {name} {bad}", operation.method, operation.path));
            tried += 1;
        }
        let answer = operation.ask(shop, scene, &operation.filled(scene, Some((name, &long)))).send().await;
        let what = format!("{} {} {name} too long", operation.method, operation.path);
        assert_refused(&answer, &[400, 401, 404, 414, 415, 422, 431], &what);
    }
    tried
}

/// HTTP has no header with NUL or another control character in it; what is left is text beyond ASCII, and length.
async fn headers(shop: &Shop, scene: &Scene, operation: &Operation<'_>) -> usize {
    let path = operation.filled(scene, None);
    let long = "x".repeat(5_000);
    let mut tried = 0;
    for name in operation.parameters("header") {
        for bad in ["a\u{202e}b", "caf\u{e9}", long.as_str()] {
            // A guest with a bad token, and an admin with anything else.
            let ask = shop.ask(operation.method.parse().unwrap(), &path);
            let ask = if name == "X-Order-Token" { ask.key(&fresh_key()) } else { ask.bearer(ADMIN_KEY) };
            let needs_key = name != "Idempotency-Key" && name != "X-Order-Token" && operation.method != "GET";
            let ask = if needs_key { ask.key(&fresh_key()) } else { ask };
            let body = operation.body().map(|schema| operation.sample(schema)).unwrap_or_default();
            let answer = ask.header(name, bad).json(&body).send().await;
            let what = format!("{} {} {name}: {bad:.10}", operation.method, operation.path);
            assert_refused(&answer, &[400, 401, 404, 409, 412, 422, 431], &what);
            tried += 1;
        }
    }
    tried
}

async fn no_row_with_such_a_text_is_imported(shop: &Shop) {
    let admin = shop.admin();
    admin.stocks("cup", 1, 100).await;
    let before = shop.snapshot().await;
    let import = async |kind: &str, rows: String| {
        admin.ask(reqwest::Method::POST, "/admin/products/import").body(kind, rows).send().await.expect_status(200)
    };
    for bad in ["\u{0}", "\u{7}", "\u{85}", "\u{202e}", "\u{2066}", "\u{ffff}"] {
        for (title, description, category) in [(bad, "", ""), ("", bad, ""), ("", "", bad)] {
            let row = format!("BAD,T{title}x,1,GBP,D{description}x,C{category}x\n");
            let report = import("text/csv", format!("sku,title,price,currency,description,category\n{row}")).await;
            assert_eq!((report.number("/rejected"), report.number("/created")), (1, 0), "{bad:?}: {report}");
        }
        let row = json!({"sku": "BAD", "title": format!("T{bad}x"), "price": "1", "currency": "GBP"});
        let report = import("application/x-ndjson", row.to_string()).await;
        assert_eq!((report.number("/rejected"), report.number("/created")), (1, 0), "{bad:?}: {report}");
    }
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}
