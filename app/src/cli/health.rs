//! `banyan health`

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, bail};
use kernel_module::address;
use reqwest::{Client, Response, StatusCode};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{Verdict, replay::admin_key};
use crate::config::Settings;

/// Shorter than what those who ask in a loop allow, so that they get an answer and not a kill.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  banyan health
  banyan health --url localhost:8181

Exit code 1 when the store is not ready or does not answer within three seconds.")]
pub struct Args {
    /// Where the store is [default: where the settings let it listen, on this machine]
    #[arg(long)]
    pub url: Option<String>,
}

pub(super) async fn run(args: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let base = args.url.map_or_else(|| operator_address(&settings), |url| address::url(&url));
    let url = format!("{}/health/ready", base.trim_end_matches('/'));
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
    let answer = ask(&client, &url, &settings).await.with_context(|| format!("nothing useful answers at {base}"))?;
    let status = answer.status();
    let said: Value = answer.json().await.unwrap_or_default();
    if status.is_success() {
        println!("ready");
        for trouble in troubles(&said) {
            println!("  but {trouble}");
        }
        for line in elsewhere(&said) {
            println!("  {line}");
        }
        return Ok(Verdict::Good);
    }
    for line in elsewhere(&said) {
        eprintln!("  {line}");
    }
    bail!("not ready: {status}: {}", said.get("detail").and_then(Value::as_str).unwrap_or("no reason given"))
}

/// With the admin key, for the details, when there is one and it is that store's; else as anyone may.
async fn ask(client: &Client, url: &str, settings: &Settings) -> reqwest::Result<Response> {
    if let Ok(key) = admin_key(None, settings) {
        let answer = client.get(url).bearer_auth(key.expose_secret()).send().await?;
        if !matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS) {
            return Ok(answer);
        }
    }
    client.get(url).send().await
}

/// What modules have to complain of; they work on with it.
fn troubles(ready: &Value) -> Vec<String> {
    let modules = ready.get("modules").and_then(Value::as_array).into_iter().flatten();
    let of = |module: &Value| {
        let name = module.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let troubles = module.get("troubles").and_then(Value::as_array).cloned().unwrap_or_default();
        let said = troubles.into_iter().filter_map(|trouble| trouble.as_str().map(str::to_owned));
        said.map(|trouble| format!("{name}: {trouble}")).collect::<Vec<_>>()
    };
    modules.flat_map(of).collect()
}

/// How the modules look that are in other processes. One that is away does not make the store less ready.
fn elsewhere(said: &Value) -> Vec<String> {
    let modules = said.get("elsewhere").and_then(Value::as_array).into_iter().flatten();
    modules
        .map(|module| {
            let is = |member| module.get(member).and_then(Value::as_bool).unwrap_or_default();
            let text = |member| module.get(member).and_then(Value::as_str);
            let trust = if is("trusted") { "trusted" } else { "not trusted" };
            let reach = if is("reachable") { "reachable" } else { "away" };
            let trouble = text("trouble").map(|trouble| format!(": {trouble}")).unwrap_or_default();
            format!("{} is elsewhere, {trust}, {reach}{trouble}", text("name").unwrap_or_default())
        })
        .collect()
}

/// Where a store with these settings tells its operator how it is.
fn operator_address(settings: &Settings) -> String {
    settings.operator.listen.map_or_else(|| own_address(settings), |listen| format!("http://{}", from_here(listen)))
}

/// Where a store with these settings is asked from this machine.
pub(super) fn own_address(settings: &Settings) -> String {
    format!("http://{}", from_here(settings.http.listen))
}

/// A server that listens at every address is asked at this machine's own.
fn from_here(listen: SocketAddr) -> SocketAddr {
    let here: IpAddr = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(here, listen.port())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{elsewhere, from_here, troubles};

    #[test]
    fn a_store_that_is_ready_says_what_troubles_it() {
        let modules =
            json!([{ "name": "order", "troubles": ["the feed of inventory is away"] }, { "name": "catalog" }]);
        let said = troubles(&json!({ "status": "ready", "modules": modules }));
        assert_eq!(said, ["order: the feed of inventory is away"]);
        assert!(troubles(&json!({})).is_empty());
    }

    #[test]
    fn modules_elsewhere_have_a_line_each() {
        let said = json!({"elsewhere": [
            {"name": "inventory", "trusted": true, "reachable": true, "trouble": null},
            {"name": "order", "trusted": false, "reachable": false, "trouble": "nothing answers"},
        ]});
        let lines = elsewhere(&said);
        let expected =
            ["inventory is elsewhere, trusted, reachable", "order is elsewhere, not trusted, away: nothing answers"];
        assert_eq!(lines, expected);
        assert!(elsewhere(&json!({"status": "ready"})).is_empty());
    }

    #[test]
    fn a_store_that_listens_everywhere_is_asked_at_home() {
        for (listen, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("10.1.2.3:80", "10.1.2.3:80"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
        ] {
            assert_eq!(from_here(listen.parse().unwrap()).to_string(), asked);
        }
    }
}
