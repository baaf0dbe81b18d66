//! `banyan serve`

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
};

use anyhow::bail;
use kernel::Seams;
use kernel_db::Bus;
use tokio::signal::unix::{SignalKind, signal};

use super::Verdict;
use crate::{
    config::Settings,
    demo,
    store::{Serving, Store},
    telemetry::Stream,
};

#[derive(Debug, Default, clap::Args)]
#[command(after_help = "\
Examples:
  banyan serve
  banyan serve --no-demo --config shop.toml
  BANYAN__DATA__URL=postgres://shop:secret@db/shop banyan serve")]
pub struct Args {
    /// Start an empty store empty, without the demonstration catalog
    #[arg(long)]
    pub no_demo: bool,
}

pub(super) async fn run(args: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let listener = listen(settings.http.listen)?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;

    let store = Store::open(settings, Seams::system(), Bus::default()).await?;
    let with_demo = !args.no_demo && demo::is_wanted(&store).await?;
    let serving = store.serve(listener)?;
    let products = if with_demo { load_demo(&serving).await } else { 0 };
    greet(&serving, products);

    tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
    tracing::info!("stopping: finishing the requests that are under way");
    let finished = tokio::select! {
        finished = serving.stop() => finished,
        _ = interrupt.recv() => bail!("stopped without waiting for what was under way"),
        _ = terminate.recv() => bail!("stopped without waiting for what was under way"),
    };
    if finished {
        tracing::info!("stopped");
    } else {
        tracing::warn!("stopped; some work took too long and goes on at the next start");
    }
    Ok(Verdict::Good)
}

/// A store without a demonstration is still a store.
async fn load_demo(serving: &Serving) -> usize {
    demo::load(serving).await.unwrap_or_else(|error| {
        tracing::warn!(error = format!("{error:#}"), "the demonstration catalog could not be loaded");
        0
    })
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {} is in use by another program; stop it, or say BANYAN__HTTP__LISTEN={}:{}",
            address.port(),
            address.ip(),
            address.port().wrapping_add(1)
        ),
        ErrorKind::PermissionDenied => {
            anyhow::anyhow!("not allowed to listen at {address}; ports below 1024 need a privilege, so choose another")
        }
        _ => anyhow::Error::new(error).context(format!("cannot listen at {address}")),
    })
}

/// For people when there is one at the terminal, as one line of the log otherwise.
fn greet(serving: &Serving, products: usize) {
    let address = serving.address;
    if !Stream::Output.is_terminal() {
        let keys: Vec<String> = serving.store.keys.made.iter().map(|file| file.display().to_string()).collect();
        tracing::info!(%address, demo_products = products, keys_made = ?keys, "ready");
        return;
    }
    println!("\n  Banyan {} is ready\n", env!("CARGO_PKG_VERSION"));
    println!("  Products   http://{address}/api/v1/products");
    println!("  Try it     http://{address}/docs");
    println!("  Overview   http://{address}/");
    if products > 0 {
        println!(
            "\n  {products} products of a demonstration catalog are in it; --no-demo leaves them out of a new store."
        );
    }
    for file in &serving.store.keys.made {
        println!("  A new key is in {}", file.display());
    }
    println!("\n  Ctrl-C stops it.\n");
}
