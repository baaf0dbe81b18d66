//! `banyan migrate`

use kernel::Seams;
use kernel_db::Bus;

use super::Verdict;
use crate::{
    config::Settings,
    databases::{Databases, FolderLock},
};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  BANYAN__DATA__URL=postgres://shop:secret@db/shop banyan migrate")]
pub struct Args {}

pub(super) async fn run(_: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let _lock = FolderLock::take(&settings.data.folder)?;
    let databases = Databases::open(&settings, &Seams::system(), &Bus::default()).await?;
    for (module, steps) in databases.migrate().await? {
        match steps {
            0 => println!("{module}: up to date"),
            1 => println!("{module}: 1 migration"),
            steps => println!("{module}: {steps} migrations"),
        }
    }
    databases.close().await;
    Ok(Verdict::Good)
}
