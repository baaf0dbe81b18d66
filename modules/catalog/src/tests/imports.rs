use std::fmt::Write as _;

use actix_web::http::Method;
use bytes::Bytes;
use catalog_contract::CatalogEvent;
use futures_util::stream;
use serde_json::{Value, json};

use super::{Reply, Shop, everywhere, mug};
use crate::{Format, Report};

/// `created updated unchanged rejected`.
fn counts(report: &Value) -> [u64; 4] {
    ["created", "updated", "unchanged", "rejected"].map(|count| report[count].as_u64().unwrap())
}

/// Each error as `line sku code`.
fn errors(report: &Value) -> Vec<String> {
    let error = |error: &Value| {
        let text = |member: &str| error[member].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", error["line"], text("sku"), text("code"))
    };
    report["errors"].as_array().unwrap().iter().map(error).collect()
}

#[actix_web::test]
async fn every_bad_row_is_named_and_no_good_one_is_lost() {
    everywhere(async |shop| {
        let mut rows = b"\xef\xbb\xbfsku, Title,PRICE,stock,currency,category,description\r\n".to_vec();
        for row in [
            "GOOD-1,First,1.50,3,,Home > Cups,",
            ",No SKU,1,,,,",
            "a/b,Bad SKU,1,,,,",
            "T,,1,,,,",
            "P1,Price,1.505,,,,",
            "P2,Price,-1,,,,",
            "P3,Price,1e3,,,,",
            "P4,Price,,,,,",
            "P5,Price,10000000000.00,,,,",
            "C,Currency,1,,XXX,,",
            "S,Stock,1,-1,,,",
            "S2,Stock,1,x,,,",
            "K,Category,1,,,Home > > Cups,",
            "F,Too,few",
            "F,Too,1,,,,,many",
            "",
            "GOOD-1,First,1.50,3,,Home > Cups,",
            "GOOD-1,First,9.99,3,,Home > Cups,",
            "YEN,Yen,300,,JPY,,\"two\nlines, \"\"quoted\"\"\"",
        ] {
            rows.extend_from_slice(row.as_bytes());
            rows.extend_from_slice(b"\r\n");
        }
        rows.extend_from_slice(b"U,Dam\xff aged,1,,,,\r\nLAST,Last,2,,,,");
        let report = shop.import(&rows, "text/csv; charset=utf-8", "").await.json();
        assert_eq!(
            errors(&report),
            [
                "3  missing-value",
                "4 a/b bad-sku",
                "5 T missing-value",
                "6 P1 bad-price",
                "7 P2 bad-price",
                "8 P3 bad-price",
                "9 P4 missing-value",
                "10 P5 bad-price",
                "11 C bad-currency",
                "12 S bad-stock",
                "13 S2 bad-stock",
                "14 K bad-category",
                "15 - wrong-number-of-fields",
                "16 - wrong-number-of-fields",
                "19 GOOD-1 duplicate-sku",
                "22 - not-utf8",
            ]
        );
        assert_eq!(counts(&report), [3, 0, 1, 16]);
        assert_eq!(report["errors_left_out"], 0);
        let yen = shop.read("/products/YEN").await;
        assert_eq!(yen["description"], "two\nlines, \"quoted\"");
        assert_eq!(yen["variants"][0]["price"], json!({ "amount": 300, "currency": "JPY" }));
        assert_eq!(shop.read("/products/LAST").await["variants"][0]["price"]["currency"], "GBP");
        assert_eq!(shop.read("/products/GOOD-1").await["variants"][0]["price"]["amount"], 150);
        assert_eq!(shop.read("/products/GOOD-1").await["categories"], json!(["cups"]));
    })
    .await;
}

#[actix_web::test]
async fn ndjson_says_the_same() {
    everywhere(async |shop| {
        let rows = [
            r#"{"sku": "A", "title": "Mug", "price": "2.55", "stock": 5, "category": "Home > Cups"}"#,
            r#"{"sku": "B", "title": "Cup", "price": 2.55, "currency": "EUR", "stock": "7"}"#,
            r#"{"sku": "C", "title": "Pot", "price": 2.555}"#,
            r#"{"sku": "D", "title": "Pot", "price": 1, "colour": "red"}"#,
            r#"{"sku": "E", "title": "Pot"}"#,
            r#"{"sku": 5, "title": "Pot", "price": 1}"#,
            r"not json",
            "[1, 2]",
            "",
            r#"{"sku": "F", "title": "Caf\u00e9", "price": "0"}"#,
        ];
        let mut bytes = rows.join("\n").into_bytes();
        bytes.extend_from_slice(b"\n\"\xff\"\n");
        bytes.extend_from_slice(&vec![b' '; 70_000]);
        bytes.extend_from_slice(b"\n{\"sku\": \"G\", \"title\": \"Last\", \"price\": 3}");
        let report = shop.import(&bytes, "application/x-ndjson", "").await.json();
        assert_eq!(
            errors(&report),
            [
                "3 C bad-price",
                "4 - unknown-field",
                "5 E missing-value",
                "6 - wrong-type",
                "7 - not-json",
                "8 - wrong-type",
                "11 - not-utf8",
                "12 - row-too-long",
            ]
        );
        assert_eq!(counts(&report), [4, 0, 0, 8]);
        assert_eq!(shop.read("/products/B").await["variants"][0]["price"], json!({ "amount": 255, "currency": "EUR" }));
        assert_eq!(shop.read("/products/F").await["slug"], "cafe");
    })
    .await;
}

#[actix_web::test]
async fn the_same_rows_again_change_nothing() {
    everywhere(async |shop| {
        let mut rows = "sku,title,price,category,stock\n".to_owned();
        for number in 0..1_203 {
            let _ = writeln!(rows, "S{number},Mug,{}.25,A{} > B{},{number}", number % 50, number % 3, number % 7);
        }
        assert_eq!(counts(&shop.imports(&rows).await), [1_203, 0, 0, 0]);
        let events = shop.events().await;
        assert_eq!(events.len(), 1_203);
        let opening: i64 = events
            .iter()
            .map(|event| match event {
                CatalogEvent::Created(created) => created.introduced[0].opening_stock,
                other => panic!("{other:?}"),
            })
            .sum();
        assert_eq!(opening, (0..1_203).sum::<i64>());
        let categories = shop.read("/categories").await;
        assert_eq!(counts(&shop.imports(&rows).await), [0, 0, 1_203, 0]);
        assert_eq!(shop.events().await.len(), 1_203);
        assert_eq!(shop.read("/categories").await, categories);
        let changed = rows.replace("S7,Mug,7.25", "S7,Mug,8.25").replace("S9,Mug,", "S9,Beaker,");
        assert_eq!(counts(&shop.imports(&changed).await), [0, 2, 1_201, 0]);
        assert_eq!(shop.read("/products/S7").await["variants"][0]["price"]["amount"], 825);
        assert_eq!(shop.read("/products/S9").await["title"], "Beaker");
    })
    .await;
}

#[actix_web::test]
async fn a_dry_run_judges_the_same_and_changes_nothing() {
    everywhere(async |shop| {
        shop.imports("sku,title,price\nA,Mug,1\nB,Cup,2\n").await;
        let mut rows = "sku,title,price,category\nA,Mug,1,\nB,Cup,3,\nBAD,Pot,x,\n".to_owned();
        for number in 0..700 {
            let _ = writeln!(rows, "N{number},New,1,Some > Where");
        }
        rows.push_str("N1,New,2,Some > Where\n");
        let (products, events) = (shop.read("/products?limit=100").await, shop.events().await);
        let dry = shop.import(rows.as_bytes(), "text/csv", "?dry_run=true").await.json();
        assert_eq!((counts(&dry), &dry["dry_run"]), ([700, 1, 1, 2], &json!(true)));
        assert_eq!(errors(&dry), ["4 BAD bad-price", "705 N1 duplicate-sku"]);
        assert_eq!(shop.read("/products?limit=100").await, products);
        assert_eq!(shop.read("/categories").await["items"], json!([]));
        assert_eq!(shop.events().await, events);
        let wet = shop.imports(&rows).await;
        assert_eq!((counts(&wet), &wet["errors"]), (counts(&dry), &dry["errors"]));
    })
    .await;
}

#[actix_web::test]
async fn a_row_changes_of_a_larger_product_its_own_price_only() {
    everywhere(async |shop| {
        let variant = |sku: &str, size: &str| {
            json!({ "sku": sku, "options": { "size": size }, "price": { "amount": 100, "currency": "GBP" } })
        };
        let shirt = json!({
            "title": "Shirt",
            "options": [{ "name": "size", "values": ["S", "M"] }],
            "variants": [variant("S", "S"), variant("M", "M")],
        });
        shop.sells(&shirt).await;
        let rows = "sku,title,price,currency,description\nS,Blouse,2,GBP,New\nM,Blouse,3,GBP,New\n";
        assert_eq!(counts(&shop.imports(rows).await), [0, 2, 0, 0]);
        let read = shop.read("/products/S").await;
        assert_eq!((&read["title"], &read["description"]), (&json!("Shirt"), &json!("")));
        assert_eq!(read["variants"][0]["price"]["amount"], 200);
        assert_eq!(read["variants"][1]["price"]["amount"], 300);
        let euros = shop.imports("sku,title,price,currency\nS,Shirt,2,EUR\n").await;
        assert_eq!(errors(&euros), ["2 S currency-mismatch"]);
    })
    .await;
}

#[actix_web::test]
async fn a_header_says_which_columns_there_are() {
    everywhere(async |shop| {
        for (rows, refusal, column) in [
            ("", "422 missing-column", "sku"),
            ("title,price\nMug,1\n", "422 missing-column", "sku"),
            ("sku,title,price,colour\nA,Mug,1,red\n", "422 unknown-column", "colour"),
            ("sku,title,price,SKU\nA,Mug,1,A\n", "422 duplicate-column", "sku"),
        ] {
            let reply = shop.import(rows.as_bytes(), "text/csv", "").await;
            assert_eq!((reply.refusal().as_str(), &reply.json()["column"]), (refusal, &json!(column)), "{rows}");
        }
        assert_eq!(shop.import(b"sku\xff,title,price\n", "text/csv", "").await.refusal(), "422 unreadable-header");
        assert_eq!(counts(&shop.import(b"", "application/x-ndjson", "").await.json()), [0; 4]);
        assert_eq!(counts(&shop.imports("sku,title,price\n").await), [0; 4]);
        for media_type in ["application/json", "text/csv; charset=klingon", "text/html"] {
            let reply = shop.import(b"sku,title,price\n", media_type, "").await;
            assert_eq!(reply.refusal(), "415 unsupported-media-type");
        }
        assert_eq!(shop.import(b"", "text/csv", "?dry_run=maybe").await.refusal(), "400 bad-parameter");
        assert_eq!(shop.events().await.len(), 0);
    })
    .await;
}

#[actix_web::test]
async fn a_quote_that_is_never_closed_costs_its_own_row() {
    everywhere(async |shop| {
        let mut rows = "sku,title,price,description\nA,Mug,1,fine\nB,Cup,2,\"never closed\n".to_owned();
        let mut more = 0;
        while rows.len() < 80_000 {
            let _ = writeln!(rows, "KEPT{more},Kept,1,x");
            more += 1;
        }
        rows.push_str("C,Pot,3,fine\n");
        let report = shop.imports(&rows).await;
        assert_eq!((errors(&report), &report["rejected"]), (vec!["3 - row-too-long".to_owned()], &json!(1)));
        assert_eq!(report["created"], more + 2);
        assert_eq!(shop.read("/products/C").await["title"], "Pot");
    })
    .await;
}

/// What a product is after one row, given as `title price description categories`.
async fn state(shop: &Shop, sku: &str) -> String {
    let product = shop.read(&format!("/products/{sku}")).await;
    let price = &product["variants"][0]["price"];
    let (amount, currency) = (&price["amount"], price["currency"].as_str().unwrap());
    format!(
        "{} {amount}{currency} {} {}",
        product["title"].as_str().unwrap(),
        product["description"],
        product["categories"]
    )
}

/// Every column absent, empty and blank, for a product that is there, in CSV and in NDJSON: nothing changes but what is
/// said.
#[actix_web::test]
async fn what_a_row_does_not_say_stays_as_it_is() {
    everywhere(async |shop| {
        let opening = "sku,title,price,currency,description,category,stock\nK,Tea,1.50,EUR,Fine,Cups,7\n";
        let before = "Tea 150EUR \"Fine\" [\"cups\"]";
        shop.imports(opening).await;
        for rows in [
            "sku\nK\n",
            "sku,title,price,currency,description,category,stock\nK,,,,,,\n",
            "sku,title,price,currency,description,category,stock\nK, ,\t,  , , ,  \n",
            "sku,price\nK,1.5\n",
            "sku,title\nK,Tea\n",
            "sku,currency\nK,EUR\n",
            "sku,stock\nK,99\n",
            ",,\nsku,title,price\n",
        ] {
            let rows = rows.trim_start_matches(",,\n");
            let report = shop.imports(rows).await;
            assert_eq!((counts(&report)[1], counts(&report)[3]), (0, 0), "{rows}: {report}");
            assert_eq!(state(&shop, "K").await, before, "{rows}");
        }
        for row in [
            json!({ "sku": "K" }),
            json!({ "sku": "K", "title": null, "price": null, "currency": null, "description": null, "category": null }),
            json!({ "sku": "K", "title": "", "price": "", "currency": "", "description": "", "category": "", "stock": "" }),
            json!({ "sku": "K", "price": 1.50 }),
        ] {
            let report = shop.import(row.to_string().as_bytes(), "application/x-ndjson", "").await.json();
            assert_eq!(counts(&report), [0, 0, 1, 0], "{row}: {report}");
            assert_eq!(state(&shop, "K").await, before, "{row}");
        }
        for (rows, after) in [
            ("sku,price\nK,2\n", "Tea 200EUR \"Fine\" [\"cups\"]"),
            ("sku,title\nK,Green tea\n", "Green tea 200EUR \"Fine\" [\"cups\"]"),
            ("sku,description\nK,Finer\n", "Green tea 200EUR \"Finer\" [\"cups\"]"),
            ("sku,category\nK,Pots\n", "Green tea 200EUR \"Finer\" [\"pots\"]"),
        ] {
            assert_eq!(counts(&shop.imports(rows).await), [0, 1, 0, 0], "{rows}");
            assert_eq!(state(&shop, "K").await, after, "{rows}");
        }
        let refused = shop.imports("sku,currency\nK,GBP\n").await;
        assert_eq!(errors(&refused), ["2 K currency-mismatch"]);
        let cleared = shop.import(b"sku,title,price,description,category\nK,,,,\n", "text/csv", "?clear_empty=true").await;
        assert_eq!(counts(&cleared.json()), [0, 1, 0, 0]);
        assert_eq!(state(&shop, "K").await, "Green tea 200EUR \"\" []");
    })
    .await;
}

#[actix_web::test]
async fn a_new_sku_needs_a_title_and_a_price() {
    everywhere(async |shop| {
        let report = shop.imports("sku,title,price\nA,Mug,1\nB,,1\nC,Mug,\nD,,\n").await;
        assert_eq!(errors(&report), ["3 B missing-value", "4 C missing-value", "5 D missing-value"]);
        assert_eq!(counts(&report), [1, 0, 0, 3]);
        assert_eq!(errors(&shop.imports("sku,title\nE,Mug\n").await), ["2 E missing-value"]);
        assert_eq!(errors(&shop.imports("sku\nE\n").await), ["2 E missing-value"]);
    })
    .await;
}

#[actix_web::test]
async fn prices_are_in_the_decimals_of_their_currency_and_written_in_digits() {
    everywhere(async |shop| {
        shop.imports("sku,title,price,currency\nY,Yen,300,JPY\nW,Dinar,1.234,KWD\n").await;
        let report = shop.imports("sku,price\nY,301\nW,1.235\n").await;
        assert_eq!(counts(&report), [0, 2, 0, 0], "{report}");
        assert_eq!(shop.read("/products/Y").await["variants"][0]["price"], json!({ "amount": 301, "currency": "JPY" }));
        assert_eq!(
            shop.read("/products/W").await["variants"][0]["price"],
            json!({ "amount": 1235, "currency": "KWD" })
        );
        for price in ["\"1,50\"", "\"1.234,56\"", "£3", "1e3", ".5", "5.", "+1", "NaN", "1 000", "99999999999999999999"]
        {
            let report = shop.imports(&format!("sku,price\nY,{price}\n")).await;
            assert_eq!(errors(&report), ["2 Y bad-price"], "{price}");
        }
    })
    .await;
}

#[actix_web::test]
async fn files_are_read_however_they_were_saved() {
    everywhere(async |shop| {
        let packed = |bytes: &[u8]| {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            std::io::Write::write_all(&mut packed, bytes).unwrap();
            packed.finish().unwrap()
        };
        let send = async |bytes: Vec<u8>, media_type: &str, coding: &str| -> Reply {
            let request = shop.admin_request(Method::POST, "/admin/products/import");
            let request = request.insert_header(("Content-Type", media_type));
            let request = if coding.is_empty() { request } else { request.insert_header(("Content-Encoding", coding)) };
            shop.ask(request.set_payload(bytes)).await
        };
        let rows = |sku: &str, title: &[u8]| [b"sku,title,price\n", sku.as_bytes(), b",", title, b",1\n"].concat();
        for (sku, bytes, media_type, coding) in [
            ("A", rows("A", "Café".as_bytes()), "text/csv; charset=utf8", ""),
            ("B", rows("B", b"Caf\xe9"), "text/csv; charset=windows-1252", ""),
            ("C", packed(&rows("C", "Café".as_bytes())), "text/csv", "gzip"),
            ("D", packed(&rows("D", "Café".as_bytes())), "text/csv", ""),
        ] {
            let reply = send(bytes, media_type, coding).await;
            assert_eq!(counts(&reply.json()), [1, 0, 0, 0], "{sku}: {reply:?}");
            assert_eq!(shop.read(&format!("/products/{sku}")).await["title"], "Café", "{sku}");
        }
        let plain = rows("E", b"Cup");
        assert_eq!(send(plain.clone(), "text/csv", "gzip").await.refusal(), "400 not-gzip");
        assert_eq!(send(plain.clone(), "text/csv", "br").await.refusal(), "415 unsupported-media-type");
        let half = packed(&plain);
        let half = half.get(..half.len() - 9).unwrap().to_vec();
        assert_eq!(send(half, "text/csv", "gzip").await.refusal(), "400 malformed");
        let mapped = b"Item No,Name,Net\nF,Cup,1\n";
        let reply = shop.import(mapped, "text/csv", "?map=sku%3DItem%20No,title%3DName,price%3DNet").await;
        assert_eq!(counts(&reply.json()), [1, 0, 0, 0]);
        assert_eq!(shop.import(mapped, "text/csv", "?map=ebay").await.refusal(), "400 bad-parameter");
    })
    .await;
}

#[actix_web::test]
async fn errors_are_counted_beyond_those_described() {
    everywhere(async |shop| {
        let mut rows = "sku,title,price\n".to_owned();
        for number in 0..130 {
            let _ = writeln!(rows, "S{number},Mug,x");
        }
        let report = shop.imports(&rows).await;
        assert_eq!(
            (errors(&report).len(), &report["rejected"], &report["errors_left_out"]),
            (100, &json!(130), &json!(30))
        );
    })
    .await;
}

#[actix_web::test]
async fn a_key_keeps_the_report() {
    everywhere(async |shop| {
        let import = async |rows: &'static str| -> Reply {
            let request = shop.admin_request(Method::POST, "/admin/products/import");
            let request = request.insert_header(("Content-Type", "text/csv")).insert_header(("Idempotency-Key", "i-1"));
            shop.ask(request.set_payload(rows)).await
        };
        let first = import("sku,title,price\nA,Mug,1\n").await;
        let second = import("sku,title,price\nA,Mug,1\n").await;
        assert_eq!((counts(&first.json()), &second.body), ([1, 0, 0, 0], &first.body));
        assert_eq!((first.header("idempotency-replayed"), second.header("idempotency-replayed")), ("", "true"));
        assert_eq!(import("sku,title,price\nB,Cup,1\n").await.refusal(), "422 idempotency-key-reused");
        assert_eq!(shop.get("/products/B").await.status, 404);
    })
    .await;
}

/// However the bytes are chopped up on the way, the rows are the same.
#[actix_web::test]
async fn a_stream_may_come_in_pieces_of_any_size() {
    let csv =
        "\u{feff}sku,title,price,description\r\nA,Mug,1.50,\"a \"\"b\"\"\r\nc\"\r\n\r\nB,Café,2,é\nX,bad\nC,Pot,x,\n";
    let json = "{\"sku\":\"D\",\"title\":\"Thé\",\"price\":\"1\"}\r\n\n{\"sku\":\"E\"}\n{\"sku\":\"F\",\"title\":\"x\",\"price\":2}";
    everywhere(async |shop| {
        for (text, format) in [(csv, Format::Csv), (json, Format::Ndjson)] {
            let mut whole: Option<Report> = None;
            for size in [text.len(), 1, 2, 3, 7, 64] {
                let pieces = text.as_bytes().chunks(size).map(|piece| Ok::<_, String>(Bytes::copy_from_slice(piece)));
                let report = shop.catalog.import(stream::iter(pieces), format.into(), true, |_| ()).await.unwrap();
                assert_eq!(*whole.get_or_insert_with(|| report.clone()), report, "{format:?} in pieces of {size}");
            }
            let whole = whole.unwrap();
            assert_eq!(
                (whole.created, whole.rejected),
                if format == Format::Csv { (2, 2) } else { (2, 1) },
                "{whole:?}"
            );
        }
    })
    .await;
}

#[actix_web::test]
async fn a_stream_that_breaks_off_keeps_what_was_written_and_says_so() {
    everywhere(async |shop: Shop| {
        let mut rows = "sku,title,price\n".to_owned();
        for number in 0..1_000 {
            let _ = writeln!(rows, "S{number},Mug,1");
        }
        let pieces = vec![Ok(Bytes::from(rows)), Err("the cable was pulled".to_owned())];
        let told = std::cell::Cell::new(0);
        let broken = shop.catalog.import(stream::iter(pieces), Format::Csv.into(), false, |rows| told.set(rows)).await;
        assert!(matches!(broken, Err(crate::ImportError::BrokenOff { .. })), "{broken:?}");
        assert!(told.get() >= 500, "{}", told.get());
        assert_eq!(shop.read("/products/S1").await["title"], "Mug");
        shop.sells(&mug("Next", "NEXT", 1)).await;
    })
    .await;
}
