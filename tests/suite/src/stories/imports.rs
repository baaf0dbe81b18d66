//! Taking in a whole sheet of products.

use crate::harness::{Answer, Shop, stories};

stories!(touching ["catalog", "inventory"]:
    a_sheet_is_taken_in,
    a_dry_run_changes_nothing,
    lines_of_json_are_as_good,
    bad_rows_never_stop_the_good_ones,
    a_sheet_without_a_needed_column_is_refused,
    a_big_sheet_is_taken_in,
);

const HEAD: &str = "sku,title,price,currency,description,category,stock\n";

fn counts(report: &Answer) -> [i64; 4] {
    ["/created", "/updated", "/unchanged", "/rejected"].map(|count| report.number(count))
}

async fn a_sheet_is_taken_in(shop: &Shop) {
    let admin = shop.admin();
    let sheet = format!("{HEAD}CUP,Cup,2.55,GBP,\"Thin, and white\",Kitchen > Cups,40\nPOT,Pot,31,GBP,,Kitchen,3\n");
    let report = admin.imports(&sheet).await.expect_status(200);
    assert_eq!(counts(&report), [2, 0, 0, 0]);
    shop.settle().await;
    assert_eq!(admin.level("CUP").await.on_hand, 40);

    let changed = sheet.replace("2.55", "2.65").replace(",40\n", ",99\n");
    assert_eq!(counts(&admin.imports(&changed).await), [0, 1, 1, 0]);
    shop.settle().await;
    let cup = shop.get("/api/v1/products/CUP").await;
    assert_eq!((cup.number("/variants/0/price/amount"), cup.text("/description")), (265, "Thin, and white".to_owned()));
    assert_eq!(admin.level("CUP").await.on_hand, 40, "the opening stock of a SKU that is there already says nothing");
}

async fn a_dry_run_changes_nothing(shop: &Shop) {
    let admin = shop.admin();
    let before = shop.snapshot().await;
    let ask = admin.ask(reqwest::Method::POST, "/admin/products/import?dry_run=true");
    let report = ask.body("text/csv", format!("{HEAD}CUP,Cup,2.55,GBP,,,40\n")).send().await.expect_status(200);
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

async fn lines_of_json_are_as_good(shop: &Shop) {
    let admin = shop.admin();
    let lines = "{\"sku\":\"CUP\",\"title\":\"Cup\",\"price\":\"2.55\",\"currency\":\"GBP\",\"stock\":4}\n\
                 {\"sku\":\"POT\",\"title\":\"Pot\",\"price\":\"31\",\"currency\":\"GBP\"}\n\
                 {\"sku\":\"BAD\",\"title\":\n";
    let report = admin.imports_as("application/x-ndjson", lines).await.expect_status(200);
    assert_eq!(counts(&report), [2, 0, 0, 1]);
    shop.settle().await;
    assert_eq!(admin.level("CUP").await.on_hand, 4);
}

async fn bad_rows_never_stop_the_good_ones(shop: &Shop) {
    let admin = shop.admin();
    let mut sheet = HEAD.as_bytes().to_vec();
    for row in [
        &b"GOOD-1,First,1.00,GBP,,,1\n"[..],
        b",No SKU,1.00,GBP,,,1\n",
        b"BAD-1,No price,,GBP,,,1\n",
        b"BAD-2,A fraction of a penny,1.001,GBP,,,1\n",
        b"BAD-3,Words,one pound,GBP,,,1\n",
        b"BAD-4,No such money,1.00,XYZ,,,1\n",
        b"BAD-5,Damaged \xff\xfe text,1.00,GBP,,,1\n",
        b"BAD-6,Negative,-1.00,GBP,,,1\n",
        b"BAD-7,Too few,1.00\n",
        b"BAD-8,Half a cup,1.00,GBP,,,0.5\n",
        b"GOOD-2,Last,2.00,GBP,,,2\n",
    ] {
        sheet.extend_from_slice(row);
    }
    let report = admin.imports_as("text/csv", sheet).await.expect_status(200);
    assert_eq!(counts(&report), [2, 0, 0, 9], "{report}");
    let errors = report.at("/errors");
    let lines: Vec<i64> = errors.as_array().unwrap().iter().map(|error| error["line"].as_i64().unwrap()).collect();
    assert_eq!(lines, (3..=11).collect::<Vec<_>>(), "{report}");
    shop.settle().await;
    assert_eq!((admin.level("GOOD-1").await.on_hand, admin.level("GOOD-2").await.on_hand), (1, 2));
    assert_eq!(shop.get("/api/v1/products").await.items().len(), 2);
}

async fn a_sheet_without_a_needed_column_is_refused(shop: &Shop) {
    let admin = shop.admin();
    let before = shop.snapshot().await;
    for (sheet, code) in [
        ("title,price\nCup,1.00\n", "missing-column"),
        ("sku,title,price,colour\nCUP,Cup,1.00,red\n", "unknown-column"),
        ("sku,title,price,title\nCUP,Cup,1.00,Cup\n", "duplicate-column"),
        ("", "missing-column"),
    ] {
        admin.imports(sheet).await.expect_problem(422, code);
    }
    admin.imports_as("application/pdf", "%PDF").await.expect_problem(415, "unsupported-media-type");
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

async fn a_big_sheet_is_taken_in(shop: &Shop) {
    let admin = shop.admin();
    let row = |number: i32| format!("S{number:05},Thing {number},1.{:02},GBP,,Shelf {},5\n", number % 100, number % 7);
    let sheet: String = std::iter::once(HEAD.to_owned()).chain((0..3_000).map(row)).collect();
    assert!(sheet.len() > 100_000, "more than any other body may have");
    let report = admin.imports(&sheet).await.expect_status(200);
    assert_eq!(counts(&report), [3_000, 0, 0, 0]);
    shop.settle().await;
    let stocked = "SELECT CAST(COALESCE(SUM(on_hand), 0) AS bigint) FROM level";
    assert_eq!(shop.figure("inventory", stocked).await, 15_000);
}
