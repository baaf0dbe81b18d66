//! `banyan conform`

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use kernel::Seams;
use kernel_module::address;
use kernel_remote::{RemoteClient, RemoteConfig, ServiceKeys, TokenSource, handshake};
use secrecy::SecretString;

use self::{port::Port, row::Row};
use super::{Verdict, table::table};
use crate::{config::Settings, keys};

mod feed;
mod port;
mod recording;
mod row;
mod schema;
mod tokens;
mod wire;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The server must not be in use during the test, and it must have what `--opening` prints: for stock 50 units of each SKU, as an
import; for prices two products, as the bodies of POST /admin/products; for charges nothing.

Examples:
  banyan conform stock --opening > opening.csv
  banyan conform stock http://127.0.0.1:7181 --token-file service.key
  banyan conform prices --opening
  banyan conform charges http://127.0.0.1:7182 --token-file service.key

Exit code 1 when a promise is broken; the table says which.")]
pub struct Args {
    #[arg(value_parser = Port::parser())]
    pub port: Port,

    /// The port server's address
    #[arg(required_unless_present = "opening")]
    pub url: Option<String>,

    /// Holds the service key that the server knows [default: service.key of the settings]
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// Prints what the server must have before it is tried
    #[arg(long)]
    pub opening: bool,
}

/// The server under test, and what it is tried with.
struct Bench {
    port: Port,
    /// Without a slash at its end.
    url: String,
    key: SecretString,
    keys: ServiceKeys,
    seams: Seams,
    /// Asks with a good token.
    client: RemoteClient,
    /// Asks with whatever it is given.
    plain: reqwest::Client,
}

/// For one answer outside the port's own cases.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(args: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let Some(url) = args.url.filter(|_| !args.opening) else {
        for line in args.port.opening()? {
            println!("{line}");
        }
        return Ok(Verdict::Good);
    };
    let key = match &args.token_file {
        Some(file) => keys::read(file)?.with_context(|| format!("there is no key at {}", file.display()))?,
        None => settings.service.key.clone(),
    };
    let bench = Bench::new(args.port, &url, key)?;
    let greeting = Row::of("the server describes the port, and its contract is this build's", bench.greeted().await);
    if !greeting.holds() {
        return Ok(report(&[greeting]));
    }
    let mut rows = vec![greeting];
    rows.extend(tokens::rows(&bench).await);
    rows.extend(wire::rows(&bench).await);
    rows.extend(port::rows(&bench).await?);
    rows.extend(feed::rows(&bench).await?);
    Ok(report(&rows))
}

impl Bench {
    fn new(port: Port, url: &str, key: SecretString) -> anyhow::Result<Self> {
        let url = address::url(url);
        let keys = ServiceKeys::new(key.clone(), None).context("name the server's service key with --token-file")?;
        let seams = Seams::system();
        let tokens = TokenSource::new(&keys, ISSUER, Arc::clone(&seams.clock));
        let config = RemoteConfig { connect_timeout_ms: 2_000, ..RemoteConfig::default() };
        let client = RemoteClient::new(port.module(), &url, tokens, &config)?;
        let plain = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { port, url: url.trim_end_matches('/').to_owned(), key, keys, seams, client, plain })
    }

    async fn greeted(&self) -> Result<(), String> {
        let shaken = handshake(&self.client, &[self.port.descriptor()], PATIENCE).await;
        shaken.map(drop).map_err(|error| error.to_string())
    }
}

/// As the server's log names us.
const ISSUER: &str = "conform";

fn report(rows: &[Row]) -> Verdict {
    let cells: Vec<[String; 3]> = rows.iter().map(Row::cells).collect();
    print!("{}", table(["", "what the contract says", "what came instead"], &cells));
    let faults = rows.iter().filter(|row| !row.holds()).count();
    println!("\n{} of {} hold", rows.len() - faults, rows.len());
    if faults == 0 { Verdict::Good } else { Verdict::Bad }
}
