//! `banyan place`

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Verdict, health::own_address, replay::admin_key};
use crate::{client::Client, config::Settings};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  banyan place inventory remote
  banyan place inventory local --url http://shop:8080 --admin-key-file shop.key")]
pub struct Args {
    /// The module's name, such as inventory
    pub module: String,

    #[arg(value_enum)]
    pub placement: Target,

    /// Where the store answers [default: where the settings let it listen, on this machine]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// Holds the store's admin key [default: admin.key of the settings, else of the data folder]
    #[arg(long, value_name = "FILE")]
    pub admin_key_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// Into the store's own process
    Local,
    /// To where `modules.….remote` says
    Remote,
}

pub(super) async fn run(args: Args, settings: Settings) -> anyhow::Result<Verdict> {
    let url = args.url.unwrap_or_else(|| own_address(&settings));
    let client = Client::new(&url, admin_key(args.admin_key_file, &settings)?)?;
    let path = format!("/api/v1/admin/modules/{}/placement", args.module);
    let placed = client.admin_post(&path, &json!({ "placement": args.placement })).await?;
    let placement = placed.get("placement").and_then(Value::as_str).unwrap_or_default();
    println!("{} is {placement} now", args.module);
    Ok(Verdict::Good)
}
