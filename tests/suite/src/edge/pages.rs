//! Pages that no other site may frame, and that fetch and keep nothing they should not.

use crate::harness::{Kind, Placement, Sabotage, Shop, Site, alone, run, stories};

stories!(pages_are_fenced);

async fn pages_are_fenced(shop: &Shop) {
    for path in ["/", "/docs"] {
        let page = shop.get(path).await.expect_status(200);
        let policy = page.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
        for rule in ["default-src 'none'", "frame-ancestors 'none'", "base-uri ", "form-action 'none'"] {
            assert!(policy.contains(rule), "no {rule} in {policy} of {path}");
        }
        let scripts = policy.split(';').find(|rule| rule.trim().starts_with("script-src")).unwrap_or_default();
        assert!(!scripts.contains("unsafe") && !scripts.contains("http"), "{path}: {scripts}");
        assert_eq!(page.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"), "{path}");
        let words = page.words();
        assert!(!words.contains("<script>") && !words.contains(" onload="), "a policy without inline scripts: {path}");
    }
    let start = shop.get("/docs/swagger-initializer.js").await.expect_status(200).words();
    assert!(
        !start.contains("\"persistAuthorization\": true") && !start.contains("persistAuthorization:true"),
        "{start}"
    );
    assert!(start.contains("persistAuthorization"), "said, not left to a default: {start}");
}

#[test]
fn control_without_the_fence_a_page_has_no_policy() {
    let _turn = alone();
    run(async {
        let missing = Sabotage::of("page.fence");
        let shop = Shop::open(Site { kind: Kind::Sqlite, placement: Placement::Local }).await;
        assert_eq!(shop.get("/docs").await.header("content-security-policy"), None, "the test would notice");
        drop(missing);
        shop.close().await;
    });
}
