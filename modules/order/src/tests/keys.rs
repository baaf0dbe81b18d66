//! What an idempotency key is worth in whose hands.

use actix_web::http::Method;

use super::{
    buyer::{Call, bare, post, purchase, put},
    shop::everywhere,
};

fn order() -> Call {
    post("/orders", &purchase(&[("CUP", 1)], "tok_approve"))
}

#[actix_web::test]
async fn a_guests_key_is_hard_to_guess() {
    everywhere(async |shop| {
        for weak in ["1", "f06", "my-first-order", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "1234567890123456789012345"] {
            let refused = order().bare_key(weak).to(&shop).await;
            assert_eq!(refused.code(), (422, "weak-idempotency-key".to_owned()), "{weak}");
        }
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 0);
        assert_eq!(shop.count(super::shop::KEYS).await, 0);

        order().bare_key("0197c1b2-7a55-7cc3-9f0e-3b1d2a4c5e6f").to(&shop).await.expect(201);
        // The admin has a name, and a cart's id is a secret.
        order().bare_key("1").admin().to(&shop).await.expect(201);
        let cart = bare(Method::POST, "/carts").to(&shop).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        put(&format!("/carts/{cart}/lines/CUP"), &serde_json::json!({"quantity": 1})).to(&shop).await.expect(200);
        let mut body = purchase(&[], "tok_approve");
        body.as_object_mut().unwrap().remove("lines");
        let paid = post(&format!("/carts/{cart}/checkout"), &body).bare_key("1").to(&shop).await.expect(201);
        let again = post(&format!("/carts/{cart}/checkout"), &body).bare_key("1").to(&shop).await.expect(201);
        assert_eq!((&again.body, again.header("idempotency-replayed")), (&paid.body, Some("true")));
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn two_guests_with_one_key_have_two_carts() {
    everywhere(async |shop| {
        for key in ["1", "0197c1b2-7a55-7cc3-9f0e-3b1d2a4c5e6f"] {
            let open = || bare(Method::POST, "/carts").bare_key(key);
            let (ada, bob) = (open().to(&shop).await.expect(201), open().to(&shop).await.expect(201));
            assert_ne!(ada.json()["id"], bob.json()["id"]);
            assert_eq!(bob.header("idempotency-replayed"), None);
            assert_eq!(shop.count("SELECT COUNT(*) FROM idempotency WHERE scope = 'guest'").await, 0);

            let (first, again) = (open().admin().to(&shop).await, open().admin().to(&shop).await);
            assert_eq!((first.status, &first.body), (201, &again.body));
            assert_eq!(again.header("idempotency-replayed"), Some("true"));
        }
        shop.close().await;
    })
    .await;
}
