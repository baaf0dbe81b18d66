//! `banyan health`

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, bail};
use serde_json::Value;

use super::Verdict;
use crate::config::Settings;

/// Shorter than what those who ask in a loop allow, so that they get an answer and not a kill.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  banyan health
  banyan health --url http://127.0.0.1:8181

Exit code 1 when the store is not ready or does not answer within three seconds.")]
pub struct Args {
    /// Where the store is [default: where the settings let it listen, on this machine]
    #[arg(long)]
    pub url: Option<String>,
}

pub(super) async fn run(args: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let base = args.url.unwrap_or_else(|| format!("http://{}", from_here(settings.http.listen)));
    let url = format!("{}/health/ready", base.trim_end_matches('/'));
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
    let answer = client.get(&url).send().await.with_context(|| format!("nothing useful answers at {base}"))?;
    if answer.status().is_success() {
        println!("ready");
        return Ok(Verdict::Good);
    }
    let status = answer.status();
    let problem: Value = answer.json().await.unwrap_or_default();
    bail!("not ready: {status}: {}", problem.get("detail").and_then(Value::as_str).unwrap_or("no reason given"))
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
    use super::from_here;

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
