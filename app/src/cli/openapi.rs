//! `banyan openapi`

use std::path::PathBuf;

use clap::ArgGroup;

use super::Verdict;
use crate::{config::Settings, documents};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  banyan openapi --write\n  banyan openapi --check")]
#[command(group = ArgGroup::new("what").required(true))]
pub struct Args {
    /// Write the documents
    #[arg(long, group = "what")]
    write: bool,
    /// Compare the documents with the code
    #[arg(long, group = "what")]
    check: bool,
    /// Where they are
    #[arg(long, value_name = "FOLDER", default_value = "openapi")]
    folder: PathBuf,
}

pub(super) async fn run(args: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let files = documents::of_a_blank_store(settings).await?;
    if args.write {
        documents::write(&args.folder, &files)?;
        println!("{} documents written to {}", files.len(), args.folder.display());
        return Ok(Verdict::Good);
    }
    let drifted = documents::drifted(&args.folder, &files)?;
    for path in &drifted {
        println!("{} differs from the code", args.folder.join(path).display());
    }
    if drifted.is_empty() {
        println!("{} documents are as the code says", files.len());
        return Ok(Verdict::Good);
    }
    println!("`banyan openapi --write` writes what the code says");
    Ok(Verdict::Bad)
}
