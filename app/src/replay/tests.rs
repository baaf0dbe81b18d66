use std::{path::Path, time::Duration};

use secrecy::SecretString;

use super::{Buyers, Figures, InvoiceFile, InvoiceFileError, Takings, opening_stock};

const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

fn sales(rows: &str) -> Result<InvoiceFile, InvoiceFileError> {
    InvoiceFile::read(format!("{HEADER}{rows}").as_bytes())
}

/// One row for each rule of the data set's page.
const RULES: &str = "\
100,A,,1,01/12/2010 08:26,0.00,,UK
100,A,  Blue cup ,2,01/12/2010 08:26,1.50,17850,UK
100,A,Cup again,3,01/12/2010 08:26,9.99,17850,UK
100,NEVER,Has no price,4,01/12/2010 08:26,0,17850,UK
101,B,\"Plate, large\",-5,01/12/2010 08:27,2.00,17850,UK
C102,C,Known from a credit note,-1,01/12/2010 08:28,3.05,17850,UK
103,C,Other words,7,01/12/2010 08:29,0,,UK
A104,A,Adjustment,8,01/12/2010 08:30,1.00,,UK
103,B,Plate,1,01/12/2010 08:29,2.10,,UK
105,NEVER,Has no price,1,01/12/2010 08:31,0,,UK
";

#[test]
fn the_rules_of_the_data_set() {
    let sales = sales(RULES).unwrap();
    let products: Vec<String> =
        sales.products.iter().map(|product| format!("{} {} {}", product.sku, product.title, product.price)).collect();
    assert_eq!(products, ["A Blue cup GBP 1.50", "B Plate, large GBP 2.00", "C Known from a credit note GBP 3.05"]);

    let orders: Vec<String> = sales
        .invoices
        .iter()
        .map(|invoice| {
            let lines: Vec<String> = invoice.lines.iter().map(|(sku, quantity)| format!("{quantity} {sku}")).collect();
            format!("{}: {}", invoice.number, lines.join(", "))
        })
        .collect();
    assert_eq!(orders, ["100: 1 A, 2 A, 3 A", "103: 7 C, 1 B"], "rows of one invoice need not stand together");
    assert_eq!((sales.empty, sales.credit_notes), (2, 1));
    let pence = 6 * 150 + 7 * 305 + 200;
    assert_eq!(sales.figures().unwrap(), Figures { orders: 2, lines: 5, units: 14, pence });
}

#[test]
fn stock_follows_from_the_file() {
    let stock: Vec<(String, i64)> =
        opening_stock(&sales(RULES).unwrap()).into_iter().map(|(sku, units)| (sku.to_string(), units)).collect();
    assert_eq!(stock, [("A".to_owned(), 106), ("B".to_owned(), 101), ("C".to_owned(), 107)]);
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    for (rows, words) in [
        ("1,A,Cup,one,now,1.00,,UK\n", "line 2: Quantity \"one\""),
        ("1,A,Cup,1,now,1.005,,UK\n", "line 2: UnitPrice \"1.005\""),
        ("1,A,Cup,1,now,1.00,,UK\n2,sl/ash,Cup,1,now,1.00,,UK\n", "line 3: StockCode \"sl/ash\""),
        ("1,A\n", "line 2: Description is missing"),
    ] {
        let error = sales(rows).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let column = InvoiceFile::read("InvoiceNo,StockCode\n1,A\n".as_bytes()).unwrap_err().to_string();
    assert!(column.contains("no column Description"), "{column}");
    let damaged = InvoiceFile::read([HEADER.as_bytes(), b"1,A,\xff,1,now,1.00,,UK\n"].concat().as_slice());
    assert!(damaged.unwrap_err().to_string().contains("UTF-8"));
}

#[test]
fn the_real_invoices() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/online-retail/invoices-2010-12-01-to-12.csv");
    let Ok(source) = std::fs::File::open(&file) else {
        eprintln!("SKIPPED: the real invoices are not at {}; nothing was checked against them", file.display());
        return;
    };
    let sales = InvoiceFile::read(source).unwrap();
    let figures = Figures { orders: 994, lines: 26_232, units: 214_089, pence: 51_260_617 };
    assert_eq!(sales.figures().unwrap(), figures);
    assert_eq!((sales.products.len(), sales.empty, sales.credit_notes), (2_545, 86, 150));
    assert_eq!(sales.invoices.iter().map(|invoice| invoice.lines.len()).max(), Some(675));
    assert_eq!(sales.invoices.iter().flat_map(|invoice| &invoice.lines).map(|line| line.1).max(), Some(2_880));
}

#[test]
fn another_prefix_is_another_replay() {
    let secret = SecretString::from("the admin key");
    let (one, two) = (Buyers::new("replay-", &secret), Buyers::new("Second run/", &secret));
    assert!(one.key("536365").starts_with("replay-536365-") && one.key("536365").len() == 57);
    assert_eq!(one.email("536365"), "536365@replay.example");
    assert_ne!(one.key("536365"), Buyers::new("replay-", &SecretString::from("another")).key("536365"));
    assert_eq!(two.email("1"), "1@second-run.example");
    assert!(one.placed(&one.email("1")) && !one.placed(&two.email("1")) && !one.placed("ada@example.com"));
    assert_eq!(Buyers::new("", &secret).email("1"), "1@replay.example");
}

#[test]
fn percentiles_are_those_of_the_nearest_rank() {
    let latencies: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
    let takings = Takings { latencies, ..Takings::default() };
    assert_eq!([50, 95, 99, 100].map(|rank| takings.percentile(rank).as_millis()), [100, 190, 198, 200]);
    assert_eq!(Takings::default().percentile(99), Duration::ZERO);
}
