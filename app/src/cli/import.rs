//! `banyan import`

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Subcommand;
use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::Seams;
use kernel_db::Bus;
use serde_json::Value;
use tokio_util::io::ReaderStream;

use super::{Verdict, replay::admin_key};
use crate::{client::Client, config::Settings, store::Store};

#[derive(Debug, clap::Args)]
#[command(subcommand_required = true)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Products with prices and opening stock, from CSV or newline-delimited JSON
    #[command(after_help = "\
Examples:
  banyan import catalog goods.csv --dry-run
  banyan import catalog goods.ndjson.gz --url http://127.0.0.1:8080
  banyan import catalog products_export.csv --map shopify
  banyan import catalog list.csv --map 'sku=Item No,title=Name,price=Net' --charset windows-1252

Columns: sku,title,price,currency,description,category,stock (category as A > B > C). A new SKU needs a title and a price.
A column that is absent, and a cell that is empty, change nothing. Files may be compressed with gzip.
A bad row never stops the good ones; the exit code is 1 when there was one.")]
    Catalog(Catalog),
}

#[derive(Debug, clap::Args)]
struct Catalog {
    /// The products; a name that ends in .ndjson or .jsonl (or either with .gz) is read as JSON lines
    file: PathBuf,
    /// Where the columns are: shopify, woocommerce, magento, or pairs such as sku=Item,title=Name,price=Net
    #[arg(long)]
    map: Option<String>,
    /// Take descriptions and categories away where the file has an empty cell for them
    #[arg(long)]
    clear_empty: bool,
    /// The character set of the file, such as windows-1252 [default: utf-8, or what its byte order mark says]
    #[arg(long)]
    charset: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// A running store; without one the data folder is opened, which no store may be using
    #[arg(long)]
    url: Option<String>,
    /// The admin key for --url [default: the configured one, else admin.key in the data folder]
    #[arg(long, value_name = "FILE", requires = "url")]
    admin_key_file: Option<PathBuf>,
}

pub(super) async fn run(args: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let What::Catalog(args) = args.what;
    let report = match &args.url {
        Some(url) => {
            let client = Client::new(url, admin_key(args.admin_key_file.clone(), &settings)?)?;
            send(&client, &args).await?
        }
        None => into_own_store(&args, settings).await?,
    };
    Ok(tell(&report, args.dry_run))
}

/// Opens the store for the length of the import, and waits until the stock of new products has arrived.
async fn into_own_store(args: &Catalog, settings: Settings) -> anyhow::Result<Value> {
    let store = Store::open(settings, Seams::system(), Bus::default())
        .await
        .context("the store cannot be opened; when it is running, name it with --url http://127.0.0.1:8080")?;
    let serving = store.serve(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?)?;
    let client = Client::new(&serving.url(), serving.store.keys.admin.clone())?;
    let report = send(&client, args).await;
    serving.store.settle().await?;
    serving.stop().await;
    report
}

async fn send(client: &Client, args: &Catalog) -> anyhow::Result<Value> {
    let file = tokio::fs::File::open(&args.file).await;
    let file = file.with_context(|| format!("cannot open {}", args.file.display()))?;
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left")?;
    let bar = ProgressBar::new(file.metadata().await?.len()).with_style(style);
    let counted = {
        let bar = bar.clone();
        ReaderStream::with_capacity(file, 64 * 1024)
            .inspect_ok(move |piece| bar.inc(u64::try_from(piece.len()).unwrap_or(0)))
    };
    let report = client.import(&args.media_type(), &args.query(), reqwest::Body::wrap_stream(counted)).await;
    bar.finish_and_clear();
    Ok(report?)
}

impl Catalog {
    fn media_type(&self) -> String {
        let compressed = self.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
        let name = if compressed { Path::new(self.file.file_stem().unwrap_or_default()) } else { self.file.as_path() };
        let format = match name.extension().and_then(|extension| extension.to_str()) {
            Some("ndjson" | "jsonl") => "application/x-ndjson",
            _ => "text/csv",
        };
        let charset = self.charset.as_ref().map(|charset| format!("; charset={charset}"));
        format!("{format}{}", charset.unwrap_or_default())
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![("dry_run", self.dry_run.to_string()), ("clear_empty", self.clear_empty.to_string())];
        query.extend(self.map.clone().map(|map| ("map", map)));
        query
    }
}

fn tell(report: &Value, dry_run: bool) -> Verdict {
    let figure = |name: &str| report.get(name).and_then(Value::as_i64).unwrap_or_default();
    let (created, updated, unchanged, rejected) =
        (figure("created"), figure("updated"), figure("unchanged"), figure("rejected"));
    let would = if dry_run { "would be: " } else { "" };
    println!("{would}{created} created, {updated} updated, {unchanged} unchanged, {rejected} rejected");
    for error in report.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let line = error.get("line").and_then(Value::as_i64).unwrap_or_default();
        let reason = error.get("reason").and_then(Value::as_str).unwrap_or_default();
        println!("line {line}: {reason}");
    }
    if figure("errors_left_out") > 0 {
        println!("… and {} more", figure("errors_left_out"));
    }
    if rejected == 0 { Verdict::Good } else { Verdict::Bad }
}
