//! The store's log.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Log, LogFormat};

/// Where the log goes: a server's log is its output, a command's log must not mix with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Output,
    Error,
}

impl Stream {
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Output => std::io::stdout().is_terminal(),
            Self::Error => std::io::stderr().is_terminal(),
        }
    }
}

/// Crates whose own log lines are not ours.
const QUIET: [&str; 4] = ["actix_server=warn", "sqlx=warn", "sea_orm_migration=warn", "hyper_util=warn"];

/// Starts the log, once for the process.
pub fn start(log: &Log, stream: Stream) -> anyhow::Result<()> {
    let directives = QUIET.iter().copied().chain([log.level.as_str()]).collect::<Vec<_>>().join(",");
    let filter = EnvFilter::try_new(directives)
        .map_err(|error| anyhow::anyhow!("`log.level` = {:?} is not usable: {error}", log.level))?;
    let text = match log.format {
        LogFormat::Auto => stream.is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let writer = fmt::writer::BoxMakeWriter::new(move || -> Box<dyn std::io::Write> {
        match stream {
            Stream::Output => Box::new(std::io::stdout()),
            Stream::Error => Box::new(std::io::stderr()),
        }
    });
    let registry = tracing_subscriber::registry().with(filter);
    if text {
        let layer = fmt::layer().with_target(false).with_ansi(stream.is_terminal()).with_writer(writer);
        registry.with(layer).try_init()?;
    } else {
        registry.with(fmt::layer().json().flatten_event(true).with_writer(writer)).try_init()?;
    }
    Ok(())
}
