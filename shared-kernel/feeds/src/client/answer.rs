//! Validates the answer of a far side.

use kernel::Envelope;
use kernel_db::DbError;
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde::Deserialize;

use crate::wire::{FeedPage, FeedQuery};

/// Why there are no events to be had.
#[derive(Debug)]
pub(super) enum Fault {
    /// No answer, or one that says to come back.
    Away(String),
    /// An answer that ended in the middle, or took too long: a smaller one may pass.
    Broken(String),
    /// An answer that will not be another one by itself.
    Refused(String),
    TooLarge,
    /// The log is not the one that was read, or has lost what comes next.
    Stranded {
        error: DbError,
        head: Option<i64>,
    },
}

/// So much of a strange answer is shown.
const SHOWN: usize = 120;

pub(super) fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.unwrap_or("nothing that it names").chars().take(SHOWN).collect()
}

/// The events, if they are what was asked for.
pub(super) fn page(source: &str, query: &FeedQuery, kind: &str, body: &[u8]) -> Result<FeedPage, Fault> {
    let strange = |what: String| Err(Fault::Refused(what));
    if !kind.starts_with("application/json") {
        return strange(format!("it answered {kind}, not JSON; does the address name a port server?"));
    }
    let page: FeedPage = match serde_json::from_slice(body) {
        Ok(page) => page,
        Err(error) => return strange(format!("its answer is not a feed's: {error}")),
    };
    if page.source != source {
        return strange(format!("it answered with the feed of {:.SHOWN$}", page.source));
    }
    if u64::try_from(page.events.len()).is_ok_and(|events| events > query.limit) {
        return strange(format!("it answered {} events, and {} were asked for", page.events.len(), query.limit));
    }
    for (event, position) in page.events.iter().zip(query.after.saturating_add(1)..) {
        check(source, event, position)?;
    }
    Ok(page)
}

/// Events come without gaps and repeats, or something would be skipped.
fn check(source: &str, event: &Envelope, position: i64) -> Result<(), Fault> {
    if event.position != position {
        return Err(Fault::Refused(format!("it answered event {} where {position} comes next", event.position)));
    }
    if event.source != source {
        return Err(Fault::Refused(format!("event {position} says that it is of {:.SHOWN$}", event.source)));
    }
    Ok(())
}

/// The members of a problem document that matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: String,
    detail: String,
    position: Option<i64>,
    first: Option<i64>,
    head: Option<i64>,
}

pub(super) fn refusal(source: &str, query: &FeedQuery, status: StatusCode, body: &[u8]) -> Fault {
    let Refusal { code, detail, position, first, head } = serde_json::from_slice(body).unwrap_or_default();
    let (feed, position) = (source.to_owned(), position.unwrap_or(query.after));
    match (status, code.as_str(), first) {
        (StatusCode::CONFLICT, "feed-went-back", _) => {
            let error = DbError::FeedWentBack { feed, position, head: head.unwrap_or_default() };
            Fault::Stranded { error, head }
        }
        (StatusCode::GONE, "feed-retired", Some(first)) => {
            Fault::Stranded { error: DbError::FeedRetired { feed, position, first }, head }
        }
        _ => {
            let told = format!("it answered {} {code:.SHOWN$} {detail:.400}", status.as_u16());
            let told = told.trim_end().to_owned();
            let passes = status.is_server_error()
                || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
            if passes { Fault::Away(told) } else { Fault::Refused(told) }
        }
    }
}
