//! The command line. One file for each command.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage (clap's own code, and a settings file that cannot be used).

use std::{future::Future, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::{Environment, Loaded, load},
    telemetry::{self, Stream},
};

mod check;
mod config;
mod conform;
mod events;
mod health;
mod import;
mod migrate;
mod openapi;
mod place;
mod replay;
mod serve;
mod table;

/// A store in one binary. Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "banyan", version, about, propagate_version = true, after_help = EXAMPLES)]
pub struct Cli {
    #[arg(long, global = true, value_name = "FILE", help = CONFIG_HELP)]
    pub config: Option<PathBuf>,

    #[command(subcommand)]
    pub command: Option<Command>,
}

const CONFIG_HELP: &str = "Settings file [default: $BANYAN_CONFIG, else banyan.toml if it is there]";

const EXAMPLES: &str = "\
Examples:
  banyan                                        start a store, with a demonstration catalog the first time
  BANYAN__HTTP__LISTEN=0.0.0.0:80 banyan        the same, reachable from other machines
  banyan check                                  verify the data
  banyan events parked                          list the events that need a decision

Exit codes: 0 done, 1 failed, 2 wrong usage.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Starts the store
    ///
    /// Creates missing keys and tables, serves the API, and runs the modules' background work until SIGINT or SIGTERM. Then
    /// it finishes the requests in flight. A second signal does not wait for them.
    Serve(serve::Args),
    /// Brings every module's tables up to date
    ///
    /// Runs each module's missing migrations. `banyan serve` does so by itself.
    Migrate(migrate::Args),
    /// Imports data from a file
    Import(import::Args),
    /// Sends real invoices through a running store and reconciles the figures
    ///
    /// Reads a CSV of invoices and places each as an order over HTTP, as customers would. Then reads orders, stock and
    /// payments from the store's admin API and compares them with the file. A second run changes nothing: each invoice has
    /// its own idempotency key.
    Replay(replay::Args),
    /// Verifies every invariant on the live data
    ///
    /// Shows each rule with its two sides, and lists the events that are held back. The store may be running: a
    /// rule that fails is looked at again two seconds later.
    Check(check::Args),
    /// Shows how far events have been read, and repairs those that could not be applied
    ///
    /// Modules publish events, which others read. A reader that cannot apply an event retries it eight times, then parks
    /// it: later events of the same stream wait, all others continue.
    Events(events::Args),
    /// Writes or compares the committed API documents
    ///
    /// They are in openapi/: the public API, every port, every module's events. They are generated from the code; `--check`
    /// fails when they differ from it.
    Openapi(openapi::Args),
    /// Moves a module of a running store to another process, or back
    ///
    /// Without a restart and without a failed request: both processes use the same Postgres. The other process runs
    /// `banyan serve --only MODULE`, or anything that passes `banyan conform`.
    Place(place::Args),
    /// Asks a running store whether it is ready
    ///
    /// For containers and scripts: the exit code is the answer, and only this binary is needed.
    Health(health::Args),
    /// Tests a server against a port's contract
    ///
    /// Runs all of the port's cases against any server: ours, or one that is written elsewhere. It must be a
    /// server that is not in use during the test.
    Conform(conform::Args),
    /// Prints the effective settings, secrets masked
    ///
    /// In the form of a settings file; each value that is not a default names its source.
    Config(config::Args),
}

/// The result of a command that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// It was carried out, and what it found is bad.
    Bad,
}

/// Runs the command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let loaded = match load(cli.config.as_deref(), &Environment::read()) {
        Ok(loaded) => loaded,
        Err(error) => return refuse(&error),
    };
    let command = cli.command.unwrap_or_else(|| Command::Serve(serve::Args::default()));
    let stream = if matches!(command, Command::Serve(_)) { Stream::Output } else { Stream::Error };
    match telemetry::start(&loaded.settings.log, stream).and_then(|()| block_on(execute(command, loaded))) {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("banyan: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn refuse(error: &crate::config::SettingsError) -> ExitCode {
    eprintln!("banyan: {error}");
    ExitCode::from(2)
}

async fn execute(command: Command, loaded: Loaded) -> anyhow::Result<Verdict> {
    match command {
        Command::Serve(args) => Box::pin(serve::run(args, loaded.settings)).await,
        Command::Migrate(args) => Box::pin(migrate::run(args, loaded.settings)).await,
        Command::Import(args) => Box::pin(import::run(args, loaded.settings)).await,
        Command::Replay(args) => Box::pin(replay::run(args, loaded.settings)).await,
        Command::Check(args) => Box::pin(check::run(args, loaded.settings)).await,
        Command::Events(args) => Box::pin(events::run(args, loaded.settings)).await,
        Command::Openapi(args) => Box::pin(openapi::run(args, loaded.settings)).await,
        Command::Place(args) => Box::pin(place::run(args, loaded.settings)).await,
        Command::Health(args) => Box::pin(health::run(args, loaded.settings)).await,
        Command::Conform(args) => conform::run(args, loaded.settings).await,
        Command::Config(args) => Ok(config::run(&args, &loaded)),
    }
}

/// The runtime of the modules' own work. The server brings one thread for each of its workers besides.
fn block_on(work: impl Future<Output = anyhow::Result<Verdict>>) -> anyhow::Result<Verdict> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("banyan").build()?;
    runtime.block_on(work)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command};

    #[test]
    fn the_command_line_is_sound_and_every_help_has_an_example() {
        Cli::command().debug_assert();
        for mut command in commands(Cli::command()) {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Example"), "{}:\n{help}", command.get_name());
        }
    }

    /// Those that a person can run: not the ones that only hold others.
    fn commands(command: clap::Command) -> Vec<clap::Command> {
        let children: Vec<clap::Command> = command.get_subcommands().cloned().collect();
        let own = (!command.is_subcommand_required_set()).then_some(command);
        own.into_iter().chain(children.into_iter().flat_map(commands)).collect()
    }

    #[test]
    fn what_people_type() {
        for (line, good) in [
            ("banyan", true),
            ("banyan serve --no-demo", true),
            ("banyan --config shop.toml check", true),
            ("banyan check --only inventory,payment", true),
            ("banyan check --config shop.toml", true),
            ("banyan import catalog goods.csv --dry-run", true),
            ("banyan import catalog", false),
            ("banyan replay --prepare --concurrency 16 invoices.csv", true),
            ("banyan replay --concurrency 0 invoices.csv", false),
            ("banyan events lag", true),
            ("banyan events retry --consumer order --source payment 7", true),
            ("banyan events parked --only inventory", true),
            ("banyan events seek --only inventory --consumer inventory --source catalog 0", true),
            ("banyan events --only inventory,order lag", true),
            ("banyan events retry", false),
            ("banyan events seek --consumer order --source payment 7", true),
            ("banyan events seek --consumer order --source payment", false),
            ("banyan openapi --write", true),
            ("banyan openapi --write --check", false),
            ("banyan openapi --check --folder docs", true),
            ("banyan openapi", false),
            ("banyan serve --only order,payment", true),
            ("banyan serve --leave-data-behind", true),
            ("banyan place inventory remote", true),
            ("banyan place inventory away", false),
            ("banyan conform stock --opening", true),
            ("banyan conform prices http://127.0.0.1:7180", true),
            ("banyan conform stock", false),
            ("banyan health", true),
            ("banyan health --url http://127.0.0.1:8181", true),
            ("banyan dance", false),
        ] {
            let parsed = Cli::try_parse_from(line.split(' '));
            assert_eq!(parsed.is_ok(), good, "{line}");
            if let Err(error) = parsed {
                assert_eq!(error.exit_code(), 2, "{line}");
            }
        }
    }

    #[test]
    fn no_command_means_serve() {
        assert!(Cli::parse_from(["banyan"]).command.is_none());
        assert!(matches!(Cli::parse_from(["banyan", "serve"]).command, Some(Command::Serve(args)) if !args.no_demo));
    }
}
