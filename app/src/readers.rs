//! An operator's decisions about a reader of events: to retry an event, to skip it, or where to continue.
//!
//! `banyan events` decides beside the process, on its data; `POST /api/v1/admin/events/…` decides in it.

use std::sync::Arc;

use kernel::{Kind, Problem};
use kernel_db::{DbError, Subscription, parking};
use kernel_module::Module;
use serde::{Deserialize, Serialize};

/// A position in the events of `source`, as `consumer` reads them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mark {
    pub consumer: String,
    pub source: String,
    pub position: i64,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Retry,
    Skip,
    Seek,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    #[error("{consumer} does not read the events of {source_name} here; `banyan events lag` shows who reads whose")]
    NoReader { consumer: String, source_name: String },
    #[error("{consumer} holds no event {position} of {source_name} back; see `banyan events parked`")]
    NotHeldBack { consumer: String, source_name: String, position: i64 },
    #[error(transparent)]
    Storage(#[from] DbError),
}

impl Problem for ReaderError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoReader { .. } | Self::NotHeldBack { .. } => Kind::NotFound,
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoReader { .. } => "unknown-reader",
            Self::NotHeldBack { .. } => "event-not-held-back",
            Self::Storage(error) => error.code(),
        }
    }
}

impl Decision {
    /// Its name in a path and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Skip => "skip",
            Self::Seek => "seek",
        }
    }

    /// What a person is told once it is done.
    pub fn done(self, Mark { consumer, source, position }: &Mark) -> String {
        match self {
            Self::Retry => format!("event {position} of {source} will be tried again by {consumer}"),
            Self::Skip => format!("event {position} of {source} was given up by {consumer}"),
            Self::Seek => format!("{consumer} goes on after event {position} of {source}"),
        }
    }

    /// Does it to the data of `modules`.
    pub async fn take(self, modules: &[Arc<dyn Module>], mark: &Mark) -> Result<(), ReaderError> {
        let Mark { consumer, source, position } = mark;
        let (module, reader) = reader(modules, mark)?;
        let found = match self {
            Self::Retry => parking::retry(module.db(), consumer, source, *position).await?,
            Self::Skip => parking::skip(module.db(), consumer, source, *position).await?,
            Self::Seek => reader.seek(*position).await.map(|()| true)?,
        };
        let (consumer, source_name) = (consumer.clone(), source.clone());
        if found { Ok(()) } else { Err(ReaderError::NotHeldBack { consumer, source_name, position: *position }) }
    }
}

fn reader<'m>(modules: &'m [Arc<dyn Module>], mark: &Mark) -> Result<(&'m dyn Module, Subscription), ReaderError> {
    let readers =
        modules.iter().flat_map(|module| module.subscriptions().into_iter().map(move |reader| (module, reader)));
    let found =
        readers.into_iter().find(|(_, reader)| reader.consumer() == mark.consumer && reader.source() == mark.source);
    let (module, reader) = found.ok_or_else(|| {
        let Mark { consumer, source, .. } = mark.clone();
        ReaderError::NoReader { consumer, source_name: source }
    })?;
    Ok((module.as_ref(), reader))
}
