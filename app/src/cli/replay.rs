//! `banyan replay`

use std::{fs::File, io::BufReader, path::PathBuf, time::Duration};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::{ExposeSecret, SecretString};

use super::{Verdict, table::table};
use crate::{
    client::Client,
    config::Settings,
    keys,
    replay::{Buyers, Figures, InvoiceFile, Row, Takings, place, prepare, reconcile},
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  banyan replay --prepare ../shared/data/online-retail/invoices-2010-12-01-to-12.csv
  banyan replay --url http://shop:8080 --admin-key-file shop.key --concurrency 32 invoices.csv

Columns: InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
Exit code 1 when a figure differs.")]
pub struct Args {
    /// The invoices
    file: PathBuf,
    /// First make the products and ample stock, through the public import
    #[arg(long)]
    prepare: bool,
    /// Where the store listens
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The admin key [default: the configured one, else admin.key in the data folder]
    #[arg(long, value_name = "FILE")]
    admin_key_file: Option<PathBuf>,
    /// Orders under way at a time
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: u16,
    /// Begins every idempotency key, which then follows from the admin key; another prefix places every order again
    #[arg(long, default_value = "replay-")]
    key_prefix: String,
}

pub(super) async fn run(args: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let open = || format!("cannot open {}", args.file.display());
    let source = BufReader::new(File::open(&args.file).with_context(open)?);
    let sales = InvoiceFile::read(source).with_context(|| format!("{} cannot be replayed", args.file.display()))?;
    let admin_key = admin_key(args.admin_key_file.clone(), &settings)?;
    let buyers = Buyers::new(&args.key_prefix, &admin_key);
    let client = Client::new(&args.url, admin_key)?;
    client.ping().await?;
    let figures = sales.figures()?;
    println!(
        "{}: {} products, {} orders, {} lines; {} invoices with nothing to sell, {} credit notes",
        args.file.display(),
        sales.products.len(),
        figures.orders,
        figures.lines,
        sales.empty,
        sales.credit_notes
    );
    if args.prepare {
        println!("{}", prepare(&client, &sales).await?);
    }
    let bar = bar(sales.invoices.len())?;
    let takings = place(&client, &sales, &buyers, args.concurrency.into(), || bar.inc(1)).await;
    bar.finish_and_clear();
    tell(&takings);
    let rows = reconcile(&client, &sales, &buyers).await?;
    Ok(verdict(&rows, &takings))
}

/// A file that is named, else the configured key, else the one that the store made in its data folder.
pub(super) fn admin_key(named: Option<PathBuf>, settings: &Settings) -> anyhow::Result<SecretString> {
    let configured = &settings.admin.key;
    let configured = configured.expose_secret().trim();
    if named.is_none() && !configured.is_empty() {
        return Ok(configured.into());
    }
    let file = named.unwrap_or_else(|| settings.data.folder.join("admin.key"));
    keys::read(&file)?
        .with_context(|| format!("there is no admin key at {}; name one with --admin-key-file", file.display()))
}

fn bar(orders: usize) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} orders, {per_sec}, {eta} left")?;
    Ok(ProgressBar::new(u64::try_from(orders)?).with_style(style))
}

fn tell(takings: &Takings) {
    let Figures { orders, lines, units, pence } = takings.confirmed;
    println!("{orders} orders confirmed, {lines} lines, {units} units, {pence} pence");
    println!("{} orders/s in {:.1?}", rate(orders, takings.took), takings.took);
    let [p50, p95, p99] = [50, 95, 99].map(|rank| takings.percentile(rank));
    println!("p50 {p50:.1?}, p95 {p95:.1?}, p99 {p99:.1?}");
    for (invoice, why) in takings.failed.iter().take(10) {
        println!("invoice {invoice}: {why}");
    }
    if takings.failed.len() > 10 {
        println!("… and {} more", takings.failed.len() - 10);
    }
}

fn rate(orders: i64, took: Duration) -> u128 {
    let orders = u128::try_from(orders).unwrap_or_default();
    (orders * 1_000).checked_div(took.as_millis()).unwrap_or_default()
}

fn verdict(rows: &[Row], takings: &Takings) -> Verdict {
    let word = |row: &Row| if row.agrees() { "equal" } else { "DIFFERS" };
    let cells: Vec<_> = rows
        .iter()
        .map(|row| [row.what.to_owned(), row.file.to_string(), row.store.to_string(), word(row).to_owned()])
        .collect();
    print!("\n{}", table(["reconciliation", "file", "store", ""], &cells));
    if rows.iter().all(Row::agrees) && takings.failed.is_empty() { Verdict::Good } else { Verdict::Bad }
}
