//! `banyan serve`

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
};

use anyhow::bail;
use kernel_db::Bus;
use secrecy::ExposeSecret;
use tokio::signal::unix::{SignalKind, signal};

use super::Verdict;
use crate::{
    clock,
    config::Settings,
    demo, placement,
    store::{Listeners, Serving, Store},
    telemetry::Stream,
};

#[derive(Debug, Default, clap::Args)]
#[command(after_help = "\
Examples:
  banyan serve
  banyan serve --no-demo --config shop.toml
  banyan serve --only inventory --config stock.toml
  BANYAN__DATA__URL=postgres://shop:secret@db/shop banyan serve")]
pub struct Args {
    /// Start an empty store empty, without the demonstration catalog
    #[arg(long)]
    pub no_demo: bool,

    /// Host these modules alone, for other processes of the same store
    ///
    /// The others are then where modules.….remote says. Needs service.key.
    #[arg(long, value_name = "MODULES", value_delimiter = ',')]
    pub only: Vec<String>,

    /// Go on without a module's data that is here, for good
    ///
    /// For a module that is placed elsewhere while its data here was never handed over: what is in that data (stock,
    /// holds, orders) is then not counted any more. It is written into the data, with who and when; later starts need no
    /// flag. docs/extracting-a-module.md shows how data is moved instead.
    #[arg(long)]
    pub leave_data_behind: bool,
}

pub(super) async fn run(args: Args, mut settings: Settings) -> anyhow::Result<Verdict> {
    settings.only = placement::only(&args.only)?;
    settings.leave_data_behind = args.leave_data_behind;
    let listener = listen(settings.http.listen, "HTTP")?;
    let has_ports = !settings.service.key.expose_secret().is_empty();
    let ports = if has_ports { Some(listen(settings.ports.listen, "PORTS")?) } else { None };
    let operator = settings.operator.listen.map(|address| listen(address, "OPERATOR")).transpose()?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;

    let store = Store::open(settings, clock::seams()?, Bus::default()).await?;
    let with_demo = !args.no_demo && demo::is_wanted(&store).await?;
    let serving = store.serve_at(Listeners { public: listener, ports, operator })?;
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

fn listen(address: SocketAddr, section: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {} is in use by another program; stop it, or say BANYAN__{section}__LISTEN={}:{}",
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
