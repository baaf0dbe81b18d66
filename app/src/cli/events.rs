//! `banyan events`

use clap::Subcommand;
use kernel::Seams;
use serde_json::json;

use super::{Verdict, replay::admin_key, table::table};
use crate::{
    client::Client,
    config::Settings,
    events_view::{ReaderView, ReadersView},
    placement,
    progress::Progress,
    readers::{Decision, Mark},
    store::Store,
};

/// Where a process shows its readers of events, and is told what to do with them.
const EVENTS: &str = "/api/v1/admin/events";

#[derive(Debug, clap::Args)]
#[command(subcommand_required = true)]
pub struct Args {
    #[command(subcommand)]
    command: Command,

    /// Look at the data of these modules alone: those that `serve --only` hosts here
    #[arg(long, global = true, value_name = "MODULES", value_delimiter = ',', conflicts_with = "url")]
    only: Vec<String>,

    /// Ask the process at this address, with the admin key of the settings, instead of looking at the data
    #[arg(long, global = true, value_name = "URL")]
    url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows how far each reader has come
    #[command(
        after_help = "Examples:\n  banyan events lag\n  banyan events lag --only inventory\n  banyan events lag --url http://inventory:8181"
    )]
    Lag,
    /// Lists the events that are held back
    #[command(
        after_help = "Examples:\n  banyan events parked\n  banyan events parked --only inventory\n  banyan events parked --url http://inventory:8181"
    )]
    Parked,
    /// Lets a parked event be tried again
    #[command(
        after_help = "Examples:\n  banyan events retry --consumer order --source payment 42\n  banyan events retry --only inventory --consumer inventory --source catalog 42\n  banyan events retry --url http://inventory:8181 --consumer inventory --source catalog 42"
    )]
    Retry(Which),
    /// Gives a parked event up, and lets those behind it go on
    #[command(
        after_help = "Examples:\n  banyan events skip --consumer order --source payment 42\n  banyan events skip --only inventory --consumer inventory --source catalog 42\n  banyan events skip --url http://inventory:8181 --consumer inventory --source catalog 42"
    )]
    Skip(Which),
    /// Moves a reader's cursor, after its log was restored from an older backup or has lost what was not read
    #[command(
        after_help = "Examples:\n  banyan events seek --consumer order --source payment 42\n  banyan events seek --only inventory --consumer inventory --source catalog 42\n  banyan events seek --url http://inventory:8181 --consumer inventory --source catalog 42"
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

impl From<Which> for Mark {
    fn from(Which { consumer, source, position }: Which) -> Self {
        Self { consumer, source, position }
    }
}

impl From<Place> for Mark {
    fn from(Place { consumer, source, position }: Place) -> Self {
        Self { consumer, source, position }
    }
}

pub(super) async fn run(args: Args, mut settings: Settings) -> anyhow::Result<Verdict> {
    if let Some(url) = &args.url {
        let client = Client::new(url, admin_key(None, &settings)?)?;
        return there(args.command, &client).await;
    }
    settings.only = placement::only(&args.only)?;
    let store = Store::attach(settings, Seams::system()).await?;
    let verdict = here(args.command, &store).await;
    store.close().await;
    verdict
}

/// On the data that the settings name.
async fn here(command: Command, store: &Store) -> anyhow::Result<Verdict> {
    let modules = store.modules();
    match command.action() {
        Action::Show(show) => show(&ReadersView::from(&Progress::of(modules).await?)),
        Action::Decide(decision, mark) => {
            // A cursor is put into a log that may be elsewhere.
            store.meet_far_sides().await;
            decision.take(modules, &mark).await?;
            println!("{}", decision.done(&mark));
        }
    }
    Ok(Verdict::Good)
}

/// In a process that runs, by its admin operations.
async fn there(command: Command, client: &Client) -> anyhow::Result<Verdict> {
    match command.action() {
        Action::Show(show) => show(&serde_json::from_value(client.admin_get_once(EVENTS).await?)?),
        Action::Decide(decision, mark) => {
            client.admin_post(&format!("{EVENTS}/{}", decision.name()), &json!(mark)).await?;
            println!("{}", decision.done(&mark));
        }
    }
    Ok(Verdict::Good)
}

/// What a command wants, wherever it is done.
enum Action {
    Show(fn(&ReadersView)),
    Decide(Decision, Mark),
}

impl Command {
    fn action(self) -> Action {
        match self {
            Self::Lag => Action::Show(show_lag),
            Self::Parked => Action::Show(show_parked),
            Self::Retry(which) => Action::Decide(Decision::Retry, which.into()),
            Self::Skip(which) => Action::Decide(Decision::Skip, which.into()),
            Self::Seek(place) => Action::Decide(Decision::Seek, place.into()),
        }
    }
}

fn show_lag(view: &ReadersView) {
    let row = |reader: &ReaderView| {
        let head = reader.head.map_or_else(|| "elsewhere".to_owned(), |head| head.to_string());
        let (position, lag, held_back) = (reader.position, reader.lag, reader.held_back.len());
        let (consumer, source) = (reader.consumer.clone(), reader.source.clone());
        [consumer, source, position.to_string(), head, lag.to_string(), held_back.to_string()]
    };
    let rows: Vec<_> = view.readers.iter().map(row).collect();
    print!("{}", table(["consumer", "source", "position", "head", "lag", "held back"], &rows));
}

fn show_parked(view: &ReadersView) {
    let held_back = view.readers.iter().flat_map(|reader| reader.held_back.iter().map(move |event| (reader, event)));
    let rows: Vec<_> = held_back
        .map(|(reader, event)| {
            let (position, tries) = (event.position.to_string(), event.tries.to_string());
            let (consumer, source, stream) = (reader.consumer.clone(), reader.source.clone(), event.stream.clone());
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
}
