//! `banyan events`

use clap::Subcommand;
use kernel::Seams;
use kernel_db::{Db, parking};

use super::{Verdict, table::table};
use crate::{
    config::Settings,
    placement,
    progress::{Cursor, Progress},
    store::Store,
};

#[derive(Debug, clap::Args)]
#[command(subcommand_required = true)]
pub struct Args {
    #[command(subcommand)]
    command: Command,

    /// Look at the data of these modules alone: those that `serve --only` hosts here
    #[arg(long, global = true, value_name = "MODULES", value_delimiter = ',')]
    only: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows how far each reader has come
    #[command(after_help = "Examples:\n  banyan events lag\n  banyan events lag --only inventory")]
    Lag,
    /// Lists the events that are held back
    #[command(after_help = "Examples:\n  banyan events parked\n  banyan events parked --only inventory")]
    Parked,
    /// Lets a parked event be tried again
    #[command(
        after_help = "Examples:\n  banyan events retry --consumer order --source payment 42\n  banyan events retry --only inventory --consumer inventory --source catalog 42"
    )]
    Retry(Which),
    /// Gives a parked event up, and lets those behind it go on
    #[command(
        after_help = "Examples:\n  banyan events skip --consumer order --source payment 42\n  banyan events skip --only inventory --consumer inventory --source catalog 42"
    )]
    Skip(Which),
    /// Moves a reader's cursor, after its log was restored from an older backup or has lost what was not read
    #[command(
        after_help = "Examples:\n  banyan events seek --consumer order --source payment 42\n  banyan events seek --only inventory --consumer inventory --source catalog 42"
    )]
    Seek(Place),
}

/// One parked event, as `banyan events parked` names it.
#[derive(Debug, clap::Args)]
struct Which {
    /// Who could not apply it
    #[arg(long)]
    consumer: String,
    /// Whose event it is
    #[arg(long)]
    source: String,
    /// Its position in the log of its source
    position: i64,
}

/// Where a reader goes on.
#[derive(Debug, clap::Args)]
struct Place {
    /// Who reads
    #[arg(long)]
    consumer: String,
    /// Whose events it reads
    #[arg(long)]
    source: String,
    /// The last event that counts as read; 0 begins anew
    position: i64,
}

pub(super) async fn run(args: Args, mut settings: Settings) -> anyhow::Result<Verdict> {
    settings.only = placement::only(&args.only)?;
    let store = Store::attach(settings, Seams::system()).await?;
    let progress = Progress::of(store.modules()).await?;
    let verdict = match args.command {
        Command::Lag => Ok(show_lag(&progress)),
        Command::Parked => Ok(show_parked(&progress)),
        Command::Retry(which) => {
            let found = parking::retry(db(&store, &progress, &which)?, &which.consumer, &which.source, which.position);
            told(found.await?, &which, "will be tried again")
        }
        Command::Skip(which) => {
            let found = parking::skip(db(&store, &progress, &which)?, &which.consumer, &which.source, which.position);
            told(found.await?, &which, "was given up")
        }
        Command::Seek(place) => seek(&store, &place).await,
    };
    store.close().await;
    verdict
}

fn show_lag(progress: &Progress) -> Verdict {
    let row = |cursor: &Cursor| {
        let (position, head, lag) = (
            cursor.position.to_string(),
            cursor.head.map_or_else(|| "elsewhere".to_owned(), |head| head.to_string()),
            cursor.lag().to_string(),
        );
        [cursor.consumer.to_owned(), cursor.source.to_owned(), position, head, lag, cursor.held_back.len().to_string()]
    };
    let rows: Vec<_> = progress.cursors.iter().map(row).collect();
    print!("{}", table(["consumer", "source", "position", "head", "lag", "held back"], &rows));
    Verdict::Good
}

fn show_parked(progress: &Progress) -> Verdict {
    let held_back = progress.cursors.iter().flat_map(|cursor| &cursor.held_back);
    let rows: Vec<_> = held_back
        .map(|event| {
            let (position, tries) = (event.position.to_string(), event.tries.to_string());
            let (consumer, source, stream) = (event.consumer.clone(), event.source.clone(), event.stream.clone());
            let (kind, state, error) = (event.event_type.clone(), event.state.clone(), event.last_error.clone());
            [consumer, source, position, kind, stream, state, tries, error]
        })
        .collect();
    if rows.is_empty() {
        println!("no event is held back");
    } else {
        let head = ["consumer", "source", "position", "type", "stream", "state", "tries", "last error"];
        print!("{}", table(head, &rows));
    }
    Verdict::Good
}

async fn seek(store: &Store, Place { consumer, source, position }: &Place) -> anyhow::Result<Verdict> {
    let mut subscriptions = store.modules().iter().flat_map(|module| module.subscriptions());
    let reads = |reader: &kernel_db::Subscription| reader.consumer() == consumer && reader.source() == source;
    let reader = subscriptions.find(reads).ok_or_else(|| stranger(consumer, source))?;
    reader.seek(*position).await?;
    println!("{consumer} goes on after event {position} of {source}");
    Ok(Verdict::Good)
}

fn stranger(consumer: &str, source: &str) -> anyhow::Error {
    anyhow::anyhow!("{consumer} does not read the events of {source}; `banyan events lag` shows who reads whose")
}

/// The database in which the consumer keeps its parked events.
fn db<'a>(store: &'a Store, progress: &Progress, which: &Which) -> anyhow::Result<&'a Db> {
    let reads = |cursor: &&Cursor| cursor.consumer == which.consumer && cursor.source == which.source;
    let cursor = progress.cursors.iter().find(reads);
    let db = cursor.and_then(|cursor| store.databases.of(cursor.module));
    db.ok_or_else(|| stranger(&which.consumer, &which.source))
}

fn told(found: bool, which: &Which, what: &str) -> anyhow::Result<Verdict> {
    let Which { consumer, source, position } = which;
    anyhow::ensure!(found, "{consumer} holds no event {position} of {source} back; see `banyan events parked`");
    println!("event {position} of {source} {what} by {consumer}");
    Ok(Verdict::Good)
}
