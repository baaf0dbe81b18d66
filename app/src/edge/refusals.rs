//! Logs refused credentials, by client. A flood of them makes a few lines: the first refusal of a client at once, the
//! rest as a count.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use actix_web::{
    body::BoxBody,
    dev::ServiceResponse,
    http::{StatusCode, header::AUTHORIZATION},
};
use kernel_db::guard;
use kernel_web::{API_BASE, ClientAddress};

/// The most clients that are counted separately between two reports.
const MOST_CLIENTS: usize = 256;

/// What a client shows to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Credential {
    AdminKey,
    OrderToken,
    Webhook,
    ServiceToken,
}

/// A credential that was not good, and why. The credential itself is not kept anywhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused<'a> {
    pub(crate) credential: Credential,
    pub(crate) why: &'a str,
}

/// What was refused since the last report.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    clients: HashMap<(Credential, IpAddr), Again>,
    /// Refusals of clients that were not told apart any more.
    others: u64,
}

/// What came after the first refusal of a client.
#[derive(Debug, Default)]
struct Again {
    count: u64,
    last_request: String,
}

impl Credential {
    const fn name(self) -> &'static str {
        match self {
            Self::AdminKey => "admin key",
            Self::OrderToken => "order token",
            Self::Webhook => "webhook signature",
            Self::ServiceToken => "service token",
        }
    }

    /// The credential that an answer refuses. A request that shows none has not tried one.
    pub(crate) fn refused_in(response: &ServiceResponse<BoxBody>) -> Option<Self> {
        let status = response.status();
        if status != StatusCode::UNAUTHORIZED && status != StatusCode::NOT_FOUND {
            return None;
        }
        let request = response.request();
        let below_base = request.path().strip_prefix(API_BASE);
        let is_below = |path: &str| below_base.is_some_and(|rest| rest.starts_with(path));
        let shows = |name| request.headers().get(name).is_some_and(|value| !value.is_empty());
        match status {
            StatusCode::UNAUTHORIZED if is_below("/webhooks/") => Some(Self::Webhook),
            StatusCode::UNAUTHORIZED => shows(AUTHORIZATION.as_str()).then_some(Self::AdminKey),
            _ => (is_below("/orders/") && shows("x-order-token")).then_some(Self::OrderToken),
        }
    }
}

impl Refusals {
    /// Writes a line for the first refusal of a client, and counts the others.
    pub(crate) fn note(&self, refused: Refused<'_>, client: IpAddr, request_id: &str) {
        if guard::sabotaged("edge.refusals") {
            return;
        }
        let key = (refused.credential, ClientAddress(client).network());
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(again) = seen.clients.get_mut(&key) {
            again.count += 1;
            request_id.clone_into(&mut again.last_request);
            return;
        }
        if seen.clients.len() >= MOST_CLIENTS {
            seen.others += 1;
            return;
        }
        seen.clients.insert(key, Again::default());
        drop(seen);
        let (credential, why) = (refused.credential.name(), refused.why);
        tracing::warn!(peer = %client, request_id, credential, why, count = 1, "a credential was refused");
    }

    /// How many clients have a line since the last report.
    pub(crate) fn noted(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clients.len()
    }

    /// Writes what was counted since the last report. A client that has been quiet since is forgotten.
    pub(crate) fn report(&self) {
        let seen = {
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let counted = std::mem::take(&mut *seen);
            let again = counted.clients.iter().filter(|(_, again)| again.count > 0);
            seen.clients = again.map(|(key, _)| (*key, Again::default())).collect();
            counted
        };
        for ((credential, network), Again { count, last_request }) in seen.clients {
            if count > 0 {
                let credential = credential.name();
                tracing::warn!(peer = %network, request_id = last_request, credential, count, "a credential was refused again");
            }
        }
        if seen.others > 0 {
            tracing::warn!(count = seen.others, "credentials of further clients were refused");
        }
    }
}
