//! Who may see an order, and how an admin finds it.

use reqwest::Method;

use crate::harness::{Shop, stories};

stories!(an_order_is_its_buyers_own, an_admin_finds_orders, a_timeline_tells_everything);

async fn an_order_is_its_buyers_own(shop: &Shop) {
    let (admin, ada, bob) = (shop.admin(), shop.guest("ada"), shop.guest("bob"));
    admin.stocks("cup", 9, 100).await;
    let (hers, his) = (ada.has_bought(&[("cup", 1)]).await, bob.has_bought(&[("cup", 2)]).await);
    assert_eq!(ada.reads(&hers).await.text("/email"), "ada@example.com");
    admin.reads(&hers).await.expect_status(200);

    let unknown = shop.get("/api/v1/orders/01890000-0000-7000-8000-000000000000").await.expect_status(404);
    for token in ["", "nonsense", his.token.as_str()] {
        let refused =
            shop.ask(Method::GET, &hers.path()).order_token(token).send().await.expect_problem(404, "not-found");
        assert_eq!(refused.text("/title"), unknown.text("/title"), "an order that is not yours is not there");
    }
    shop.get(&hers.path()).await.expect_problem(404, "not-found");
    let wrong = shop.ask(Method::GET, &hers.path()).bearer("wrong").send().await;
    assert!(matches!(wrong.status, 401 | 404), "{wrong}");
    shop.settle().await;
}

async fn an_admin_finds_orders(shop: &Shop) {
    let (admin, ada, bob) = (shop.admin(), shop.guest("ada"), shop.guest("bob"));
    admin.stocks("cup", 9, 100).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(ada.has_bought(&[("cup", 1)]).await.id);
    }
    shop.settle().await;
    let cancelled = bob.has_bought(&[("cup", 1)]).await;
    shop.settle().await;
    bob.cancels(&cancelled).await.expect_status(200);
    shop.settle().await;

    let found = async |query: &str| {
        let mut ids = admin.get(&format!("/orders?{query}")).await.expect_status(200).each("id");
        ids.sort();
        ids
    };
    assert_eq!(found("email=ada@example.com").await, ids);
    assert_eq!(found("email=ADA@example.com").await, ids, "case makes no difference");
    assert_eq!(found("status=confirmed").await, ids);
    assert_eq!(found("status=cancelled").await, std::slice::from_ref(&cancelled.id));
    assert_eq!(found("status=cancelled&email=ada@example.com").await, Vec::<String>::new());

    let (mut read, mut cursor) = (Vec::new(), String::new());
    for _ in 0..9 {
        let page = admin.get(&format!("/orders?limit=1{cursor}")).await.expect_status(200);
        assert!(page.items().len() <= 1);
        read.extend(page.each("id"));
        let Some(next) = page.at("/next_cursor").as_str().map(str::to_owned) else { break };
        cursor = format!("&cursor={next}");
    }
    read.sort();
    ids.push(cancelled.id);
    ids.sort();
    assert_eq!(read, ids, "each order once");
    admin.get("/orders?status=lost").await.expect_status(400);
    admin.get("/orders?cursor=lost").await.expect_status(400);
    shop.get("/api/v1/orders").await.expect_problem(401, "unauthenticated");
}

async fn a_timeline_tells_everything(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 2)]).await.expect_status(201);
    shop.settle().await;
    let back = ada.returns(&order, &[("cup", 1)], true).await.expect_status(201);
    admin.receives(&back, true).await.expect_status(200);
    shop.settle().await;

    let told = ada.timeline(&order).await.expect_status(200);
    let whats = told.each("what");
    let place = |what: &str| {
        let found = whats.iter().position(|told| told.contains(what));
        found.unwrap_or_else(|| panic!("nothing of {what}: {told}"))
    };
    assert_eq!(place("placed"), 0);
    assert!(place("confirmed") < place("fulfilled") && place("fulfilled") < place("return.requested"), "{told}");
    assert!(place("return.requested") < place("returned"), "{told}");
    assert!(place("captured") > 0 && place("refunded") > place("returned"), "{told}");
    let times = told.each("at");
    assert!(times.is_sorted(), "oldest first: {told}");
    shop.get(&format!("{}/timeline", order.path())).await.expect_problem(404, "not-found");
}
