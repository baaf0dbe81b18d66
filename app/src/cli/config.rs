//! `banyan config`

use super::Verdict;
use crate::config::Loaded;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  BANYAN__HTTP__WORKERS=4 banyan config")]
pub struct Args {}

pub(super) fn run(_: &Args, loaded: &Loaded) -> Verdict {
    print!("{}", loaded.show());
    Verdict::Good
}
