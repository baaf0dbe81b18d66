//! `banyan check`

use std::time::Duration;

use kernel::Seams;
use kernel_module::Check;

use super::{Verdict, table::table};
use crate::{
    check::{self, Report},
    config::Settings,
    placement,
    progress::Progress,
    store::Store,
};

/// What is under way when a busy store is looked at settles within this.
const SETTLES: Duration = Duration::from_secs(2);

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  banyan check
  banyan check --only inventory

Exit code 1 when a rule does not hold.")]
pub struct Args {
    /// Look at these modules alone: those that `serve --only` hosts here
    #[arg(long, value_name = "MODULES", value_delimiter = ',')]
    pub only: Vec<String>,
}

pub(super) async fn run(args: Args, mut settings: Settings) -> anyhow::Result<Verdict> {
    settings.only = placement::only(&args.only)?;
    let store = Store::survey(settings, Seams::system()).await?;
    store.meet_far_sides().await;
    let mut report = check::report(&store).await?;
    if !report.checks.iter().all(Check::holds) {
        tokio::time::sleep(SETTLES).await;
        report = check::report(&store).await?;
    }
    let Report { checks, unseen, notes } = report;
    let progress = Progress::of(store.modules()).await?;
    store.close().await;
    show(&checks);
    show_held_back(&progress);
    for note in notes {
        println!("note: {note}");
    }
    for unseen in unseen {
        println!("NOT SEEN: {unseen}");
    }
    let failed = checks.iter().filter(|check| !check.holds()).count();
    println!("\n{} rules, {failed} failed", checks.len());
    Ok(if failed == 0 { Verdict::Good } else { Verdict::Bad })
}

fn show(checks: &[Check]) {
    let word = |check: &Check| if check.holds() { "ok" } else { "FAILED" };
    let row = |check: &Check| [check.rule.clone(), check.left.clone(), check.right.clone(), word(check).to_owned()];
    let rows: Vec<_> = checks.iter().map(row).collect();
    print!("{}", table(["rule", "left", "right", "ok"], &rows));
    for check in checks.iter().filter(|check| !check.holds()) {
        if let Some(detail) = &check.detail {
            println!("{}: {detail}", check.rule);
        }
    }
}

fn show_held_back(progress: &Progress) {
    for event in progress.cursors.iter().flat_map(|cursor| &cursor.held_back) {
        println!(
            "held back: {} {} of {} for {} ({}): {}",
            event.event_type, event.position, event.source, event.consumer, event.state, event.last_error
        );
    }
}
