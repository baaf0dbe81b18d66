use super::{ColumnMap, Format, Source, csv::Csv};

#[test]
fn formats_by_media_type_and_by_file_name() {
    for (media_type, format) in [
        ("text/csv", Some(Format::Csv)),
        ("Text/CSV; charset=UTF-8; header=present", Some(Format::Csv)),
        ("text/csv; charset=utf8", Some(Format::Csv)),
        ("text/csv;charset=\"utf-8\"", Some(Format::Csv)),
        ("text/csv; charset=iso-8859-1", Some(Format::Csv)),
        ("text/csv; charset=klingon", None),
        ("application/x-ndjson", Some(Format::Ndjson)),
        ("application/json", None),
        ("", None),
    ] {
        assert_eq!(Source::of_media_type(media_type).map(|source| source.format), format, "{media_type}");
    }
    for (name, format) in
        [("a.csv", Some(Format::Csv)), ("a.b.JSONL", Some(Format::Ndjson)), ("a.txt", None), ("csv", None)]
    {
        assert_eq!(Format::of_file_name(name), format, "{name}");
    }
}

/// Each row as `line sku title price`, or `line code`; the header's refusal as its words. In pieces of `piece` bytes.
fn rows_of(text: &str, map: Option<&str>, piece: usize) -> Vec<String> {
    let mut csv = Csv::new(map.map(|map| ColumnMap::parse(map).unwrap()), false);
    let mut lines = Vec::new();
    let fed = text.as_bytes().chunks(piece).try_for_each(|piece| csv.feed(piece, &mut lines));
    let read = fed.and_then(|()| csv.finish(&mut lines));
    let mut rows: Vec<String> = lines
        .into_iter()
        .map(|line| match line {
            Ok(row) => format!("{} {} {} {:?}", row.line, row.sku, row.title.unwrap_or_default(), row.price),
            Err(error) => format!("{} {}", error.line, error.code),
        })
        .collect();
    rows.extend(read.err().map(|error| error.to_string()));
    rows
}

/// However the text is chopped up, the rows are `expected`.
#[track_caller]
fn reads(text: &str, expected: &[&str]) {
    for piece in [1, 2, 3, 7, 4096, 1_000_000] {
        let rows = rows_of(text, None, piece);
        let shown: Vec<String> = rows.iter().map(|row| row.replace("Some(Price(\"1\"))", "1")).collect();
        assert_eq!(shown, expected, "in pieces of {piece}: {text:.200?}");
    }
}

#[test]
fn lines_end_as_they_like() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["sku,title,price", "A,Cup,1", "B,Cup,x", "", "C,\"Two\nlines\",1", "D,Cup,x"].join(end);
        reads(&text, &["2 A Cup 1", "3 bad-price", "5 bad-title", "7 bad-price"]);
        reads(&format!("{text}{end}"), &["2 A Cup 1", "3 bad-price", "5 bad-title", "7 bad-price"]);
    }
    reads("sku,title,price\rA,Cup,1\nB,Cup,1\r\nC,Cup,x", &["2 A Cup 1", "3 B Cup 1", "4 bad-price"]);
}

#[test]
fn cells_are_separated_as_the_header_is() {
    reads("sku;title;price\nA;Cup, blue;1\n", &["2 A Cup, blue 1"]);
    reads("sku\ttitle\tprice\nA\tCup; blue\t1\n", &["2 A Cup; blue 1"]);
    reads("sep=;\r\nsku;title;price\r\nA;Cup;1\r\nB;Cup;x", &["3 A Cup 1", "4 bad-price"]);
    reads("\n\nsku,title,price\nA,Cup,x\n", &["4 bad-price"]);
}

#[test]
fn rows_of_nothing_are_nothing_and_trailing_cells_may_be_empty() {
    reads("sku,title,price\n,,\n  ,\t,\nA,Cup,1\n\"\",,\n", &["4 A Cup 1"]);
    reads("sku,title,price,,\nA,Cup,1,,\nB,Cup,1\nC,Cup,1,x,\n", &["2 A Cup 1", "3 B Cup 1", "4 nameless-column"]);
    reads(
        "sku,title,price\nA,Cup,1,,\nB,Cup\nC,Cup,1,x\n",
        &["2 A Cup 1", "3 wrong-number-of-fields", "4 wrong-number-of-fields"],
    );
}

#[test]
fn a_row_that_is_too_long_costs_only_itself() {
    let long = "x".repeat(70_000);
    for end in ["\n", "\r\n", "\r"] {
        let text = ["sku,title,price,description", &format!("L1,Pin,1,{long}"), "L2,Pin,1,y", "L3,Pin,1,y"].join(end);
        reads(&text, &["2 row-too-long", "3 L2 Pin 1", "4 L3 Pin 1"]);
    }
}

#[test]
fn a_quote_that_never_closes_costs_the_line_on_which_it_opens() {
    reads(
        "sku,title,price\nA,Cup,1\nB,\"Cup,1\nC,Cup,1\nD,Cup,x\n",
        &["2 A Cup 1", "3 unclosed-quote", "4 C Cup 1", "5 bad-price"],
    );
    reads("sku,title,price\nB,\"Cup,1", &["2 unclosed-quote"]);
    reads("sku,title,price\nA,5\" nail,1", &["2 A 5\" nail 1"]);
    reads(
        "sku,\"title,price\nA,Cup,1\n",
        &[
            "the header cannot be read: it is not text of the character set that the file is said to have, a quote in it is not closed, or it has more than 512 columns or 65,536 bytes",
        ],
    );
    let many = (0..9_000).map(|number| format!("S{number},Cup,1\n")).collect::<Vec<_>>().concat();
    let text = format!("sku,title,price\nB,\"Cup,1\n{many}");
    for piece in [1000, 1_000_000] {
        let rows = rows_of(&text, None, piece);
        assert_eq!((rows.len(), rows[0].as_str()), (9_001, "2 row-too-long"));
        assert!(rows[1].starts_with("3 S0 Cup") && rows[9_000].starts_with("9002 S8999"), "{:?}", rows.last());
    }
}

#[test]
fn a_header_says_what_is_wrong_with_it() {
    let many = (5..=34).map(|number| format!("c{number}")).collect::<Vec<_>>().join(",");
    let header = format!("Handle,Title,Body (HTML),Vendor,{many}\n");
    let refused = rows_of(&header, None, 100).pop().unwrap();
    assert!(refused.starts_with("the column `handle` is not known; "), "{refused}");
    assert!(refused.contains("looks like an export of Shopify") && refused.contains("--map shopify"), "{refused}");
    let columns = (0..600).map(|number| format!("c{number}")).collect::<Vec<_>>().join(",");
    assert!(rows_of(&columns, None, 100).pop().unwrap().starts_with("the header cannot be read"));
    reads("sku,title,title\n", &["the column `title` stands twice"]);
    reads("title,price\n", &["the column `sku` is missing"]);
    reads("", &["the column `sku` is missing"]);
}

#[test]
fn exports_of_other_shops_are_read_by_their_map() {
    let shopify = "Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src\n\
        mug,Mug,Fine,Acme,Cups,Title,Default Title,MUG,3,1.00,a.png\n\
        mug,,,,,,,,,,b.png\n\
        shirt,Shirt,Soft,Acme,Clothing,Size,S,SHIRT-S,1,1.00,\n\
        shirt,,,,,,M,SHIRT-M,2,1.00,\n\
        cap,Cap,,Acme,,Title,Default Title,,2,1.00,\n";
    let rows = rows_of(shopify, Some("Shopify"), 50).join("|").replace(" Some(Price(\"1\"))", "");
    assert_eq!(rows, "2 MUG Mug|4 SHIRT-S Shirt - S|5 SHIRT-M Shirt - M|6 missing-value");
    let woo =
        "ID,Type,SKU,Name,Tax status,Regular price,Categories,Stock\n7,simple,HAT,Hat,taxable,1,Clothing > Hats,4\n";
    assert_eq!(rows_of(woo, Some("woocommerce"), 50), ["2 HAT Hat Some(Price(\"1\"))"]);
    let own = "Item No;Name;Net;Colour\nA;Cup;1;red\n";
    assert_eq!(rows_of(own, Some("sku=Item No,title=name,price=NET"), 50), ["2 A Cup Some(Price(\"1\"))"]);
    for (map, words) in [
        ("ebay", "`ebay` is neither a known export (shopify, woocommerce, magento) nor a pair"),
        ("title=Name", "does not say which column is `sku`"),
        ("sku=Item,colour=Farbe", "`colour=Farbe` is neither"),
    ] {
        let refused = ColumnMap::parse(map).unwrap_err();
        assert!(refused.starts_with(words), "{refused}");
    }
}
