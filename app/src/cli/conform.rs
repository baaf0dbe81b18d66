//! `banyan conform`

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use clap::ValueEnum;
use inventory_contract::{RemoteStock, conformance as stock};
use kernel::Seams;
use kernel_remote::{HttpTransport, RemoteClient, RemoteConfig, ServiceKeys, TokenSource, handshake};
use payment_contract::{RemoteCharges, conformance as charges};
use port::Descriptor;
use reqwest::StatusCode;
use serde_json::{Map, Value, json};

use super::{Verdict, table::table};
use crate::{config::Settings, keys};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The server must have 50 units of each of these SKUs, and nobody else at them: `--opening` prints them as an import.

Examples:
  banyan conform stock --opening > opening.csv
  banyan conform stock http://127.0.0.1:7181 --token-file service.key
  banyan conform charges http://127.0.0.1:7182 --token-file service.key")]
pub struct Args {
    #[arg(value_enum)]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Port {
    Stock,
    Charges,
}

impl Port {
    const fn module(self) -> &'static str {
        match self {
            Self::Stock => "inventory",
            Self::Charges => "payment",
        }
    }

    const fn descriptor(self) -> &'static Descriptor {
        match self {
            Self::Stock => &inventory_contract::STOCK,
            Self::Charges => &payment_contract::CHARGES,
        }
    }
}

/// A case and what was wrong.
type Played = (String, Option<String>);

pub(super) async fn run(args: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let seams = Seams::system();
    let fixture = stock::Fixture::new(seams.clone())?;
    let Some(url) = args.url.filter(|_| !args.opening) else {
        return Ok(opening(args.port, &fixture));
    };
    let key = match &args.token_file {
        Some(file) => keys::read(file)?.with_context(|| format!("there is no key at {}", file.display()))?,
        None => settings.service.key.clone(),
    };
    let keys = ServiceKeys::new(key, None).context("name the server's service key with --token-file")?;
    let tokens = TokenSource::new(&keys, "conform", Arc::clone(&seams.clock));
    let client = RemoteClient::new(args.port.module(), &url, tokens, &RemoteConfig::default())?;

    let greeted = shakes_hands(&client, args.port).await;
    let is_no_such_server = greeted.is_some();
    let mut played = vec![("the server describes the port, and its contract is this build's".to_owned(), greeted)];
    if is_no_such_server {
        return Ok(report(&played));
    }
    played.extend(wire(&client, args.port, &url).await);
    let transport = Arc::new(HttpTransport::new(client, patient())?);
    match args.port {
        Port::Stock => {
            let cases = stock::upholds_contract(&RemoteStock::new(transport), &fixture).await;
            played.extend(cases.into_iter().map(|case| (case.name.to_owned(), case.outcome.err())));
        }
        Port::Charges => {
            let cases = charges::upholds_contract(&RemoteCharges::new(transport), seams.ids.as_ref()).await;
            played.extend(cases.into_iter().map(|case| (case.name.to_owned(), case.fault)));
        }
    }
    Ok(report(&played))
}

fn opening(port: Port, fixture: &stock::Fixture) -> Verdict {
    if port == Port::Stock {
        println!("sku,title,price,currency,stock");
        for (sku, units) in fixture.opening() {
            println!("{sku},{sku},1.00,GBP,{units}");
        }
    }
    Verdict::Good
}

/// A slow server is judged by its answers and not by our impatience; a call is made once, so that a fault is seen.
fn patient() -> RemoteConfig {
    RemoteConfig { retries: 0, breaker_failures: 100_000, connect_timeout_ms: 2_000, ..RemoteConfig::default() }
}

async fn shakes_hands(client: &RemoteClient, port: Port) -> Option<String> {
    handshake(client, &[port.descriptor()], Duration::from_secs(3)).await.err().map(|error| error.to_string())
}

/// What a port server must answer whatever the port: asked without our transport, which would never ask so.
async fn wire(client: &RemoteClient, port: Port, url: &str) -> Vec<Played> {
    let method = if port == Port::Stock { "levels" } else { "capture" };
    let path = format!("/ports/{}/v{}/{method}", port.descriptor().name, port.descriptor().version);
    let good = if port == Port::Stock { json!({ "skus": [] }) } else { json!({ "order": Seams::system().ids.next() }) };
    let mut strange = good.clone();
    strange.as_object_mut().unwrap_or(&mut Map::new()).insert("surprise".to_owned(), Value::Bool(true));
    let plain = reqwest::Client::new();
    let bare = |token: Option<&str>| {
        let request = plain.post(format!("{}{path}", url.trim_end_matches('/'))).json(&good);
        token.map_or_else(|| request.try_clone(), |token| request.try_clone().map(|request| request.bearer_auth(token)))
    };
    let signed = |path: &str, body: &Value| {
        client.request(reqwest::Method::POST, path).ok().map(|request| request.json(body).timeout(PATIENCE))
    };
    let unknown = path.replace(method, "no-such-method");
    let spent = signed(&path, &good).map(|request| request.header(port::context::DEADLINE_MS, "0"));
    vec![
        judge("a call without a token is refused", bare(None), &[StatusCode::UNAUTHORIZED]).await,
        judge("a call with a wrong token is refused", bare(Some("wrong")), &[StatusCode::UNAUTHORIZED]).await,
        judge("an unknown method is refused", signed(&unknown, &good), &[StatusCode::NOT_FOUND]).await,
        judge("an unknown argument is refused", signed(&path, &strange), &[StatusCode::UNPROCESSABLE_ENTITY]).await,
        judge("a call whose time is spent is refused", spent, &[StatusCode::SERVICE_UNAVAILABLE]).await,
    ]
}

const PATIENCE: Duration = Duration::from_secs(5);

/// Whether `request` is answered with one of `expected` and a problem document.
async fn judge(name: &str, request: Option<reqwest::RequestBuilder>, expected: &[StatusCode]) -> Played {
    let fault = async {
        let Some(request) = request else { bail!("the request cannot be made") };
        let answer = request.timeout(PATIENCE).send().await?;
        let (status, kind) = (answer.status(), answer.headers().get("content-type").cloned());
        if !expected.contains(&status) {
            bail!(
                "expected {}, got {status}",
                expected.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
            );
        }
        if kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"application/problem+json")) {
            bail!("the refusal is not application/problem+json");
        }
        Ok(())
    };
    (name.to_owned(), fault.await.err().map(|error| format!("{error:#}")))
}

fn report(played: &[Played]) -> Verdict {
    let row = |(name, fault): &Played| {
        let verdict = if fault.is_some() { "FAULT" } else { "ok" };
        [verdict.to_owned(), name.clone(), fault.clone().unwrap_or_default()]
    };
    let rows: Vec<[String; 3]> = played.iter().map(row).collect();
    print!("{}", table(["", "what the contract says", "what came instead"], &rows));
    let faults = played.iter().filter(|(_, fault)| fault.is_some()).count();
    println!("\n{} of {} hold", played.len() - faults, played.len());
    if faults == 0 { Verdict::Good } else { Verdict::Bad }
}
