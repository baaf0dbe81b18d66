//! Compares the far side's contract with ours, before any call.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use port::Descriptor;
use reqwest::{Response, StatusCode, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::{
    ModuleMeta, PortMeta, RemoteClient,
    client::{BodyError, read_body},
    server::method_hashes,
    token::TokenError,
    transport::{detail, root},
};

/// No description of a port or a module is larger.
const LIMIT: usize = 64 * 1024;

/// Why a module is not called. Each says what happened, where, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    #[error("nothing answers at {url} ({cause}); is the module running, and is that its port server's address?")]
    Unreachable { url: String, cause: String },
    #[error(
        "{url} did not answer within {patience_ms} ms; is the module overloaded, or something else listening there?"
    )]
    TooSlow { url: String, patience_ms: u128 },
    #[error("{url} broke off its answer ({cause}); look at the far side's log")]
    Broken { url: String, cause: String },
    #[error("{url} refuses the service token: {detail}")]
    NotAdmitted { url: String, detail: String },
    #[error("a service token for {url} cannot be made")]
    Token { url: String, source: TokenError },
    #[error("{url} sent more than {limit} bytes, so it is no port server; is it the address of something else?")]
    TooLarge { url: String, limit: usize },
    #[error(
        "{url} answered {status} with {kind}, so it is no port server; `ports` is the address of the far side's port server, not of its public API"
    )]
    NotAPortServer { url: String, status: u16, kind: String },
    #[error("{url}: {detail}; does the far side host this module?")]
    Unknown { url: String, detail: String },
    #[error("{url} belongs to the module `{theirs}`, not to `{ours}`; compare the addresses of the modules")]
    OtherModule { url: String, ours: String, theirs: String },
    #[error(
        "{url} serves `{port}` at version {theirs} and this process speaks version {ours}; run builds that share a version"
    )]
    Version { url: String, port: String, ours: u32, theirs: u32 },
    #[error(
        "{url} serves another contract of `{port}` v{version}: {differences} (contract here {ours}, there {theirs}); run builds of one contract, or give the changed port a new version"
    )]
    Contract { url: String, port: String, version: u32, differences: String, ours: String, theirs: String },
    /// It speaks our contract, and stands on data that is not, or not only, ours.
    #[error("{url}: {detail}")]
    OtherData { url: String, detail: String },
    #[error("what {url} stands on cannot be compared with our own data: {cause}")]
    Unjudged { url: String, cause: String },
}

impl HandshakeError {
    /// Whether the far side has shown that it must not be called.
    pub const fn contradicts(&self) -> bool {
        matches!(self, Self::OtherModule { .. } | Self::Version { .. } | Self::Contract { .. } | Self::OtherData { .. })
    }

    /// Whether there was no answer at all, so that nothing is known against the far side.
    pub const fn is_away(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TooSlow { .. } | Self::Broken { .. })
    }
}

/// What a far side has said of itself, and was believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    pub module: ModuleMeta,
    pub ports: Vec<PortMeta>,
}

/// Reads what the far side says of each of `ports` and compares it with our own, and what it says of the module itself,
/// within `patience` altogether.
///
/// The far side may have methods that we do not know. All that we know must promise the same. A service that is not
/// ours need not speak of its module when it has ports to be known by.
pub async fn handshake(
    client: &RemoteClient,
    ports: &[&'static Descriptor],
    patience: Duration,
) -> Result<Introduction, HandshakeError> {
    let (mut metas, limit) = (Vec::new(), (Instant::now() + patience, patience));
    for port in ports {
        let path = format!("/ports/{}/meta", port.name);
        let meta = ask(client, &path, limit).await?;
        compare(client.module(), port, &meta, &client.address(&path))?;
        metas.push(meta);
    }
    let path = format!("/modules/{}/meta", client.module());
    let module = match ask(client, &path, limit).await {
        Err(HandshakeError::Unknown { .. } | HandshakeError::NotAPortServer { status: 404, .. })
            if !ports.is_empty() =>
        {
            ModuleMeta { module: client.module().to_owned(), ..ModuleMeta::default() }
        }
        asked => asked?,
    };
    belongs(client.module(), &module.module, &client.address(&path))?;
    Ok(Introduction { module, ports: metas })
}

async fn ask<T: DeserializeOwned>(
    client: &RemoteClient,
    path: &str,
    (deadline, patience): (Instant, Duration),
) -> Result<T, HandshakeError> {
    let url = client.address(path);
    let asked = tokio::time::timeout_at(deadline, read(client, path, &url)).await;
    asked.unwrap_or_else(|_| Err(HandshakeError::TooSlow { url, patience_ms: patience.as_millis() }))
}

async fn read<T: DeserializeOwned>(client: &RemoteClient, path: &str, url: &str) -> Result<T, HandshakeError> {
    let request = client.get(path).map_err(|source| HandshakeError::Token { url: url.to_owned(), source })?;
    let response = request.send().await.map_err(|error| unanswered(url, &error))?;
    let (status, kind) = (response.status(), kind_of(&response));
    let body = body_of(response, url).await?;
    let problem = kind.starts_with("application/problem+json");
    let url = url.to_owned();
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
            Err(HandshakeError::NotAdmitted { url, detail: detail(&body) })
        }
        StatusCode::NOT_FOUND if problem => Err(HandshakeError::Unknown { url, detail: detail(&body) }),
        StatusCode::OK => serde_json::from_slice(&body).map_err(|_| HandshakeError::NotAPortServer {
            url,
            status: status.as_u16(),
            kind,
        }),
        _ => Err(HandshakeError::NotAPortServer { url, status: status.as_u16(), kind }),
    }
}

async fn body_of(response: Response, url: &str) -> Result<Bytes, HandshakeError> {
    read_body(response, LIMIT).await.map_err(|error| match error {
        BodyError::TooLarge { limit } => HandshakeError::TooLarge { url: url.to_owned(), limit },
        BodyError::Broken(error) => HandshakeError::Broken { url: url.to_owned(), cause: root(&error) },
    })
}

fn unanswered(url: &str, error: &reqwest::Error) -> HandshakeError {
    let (url, cause) = (url.to_owned(), root(error));
    if error.is_connect() { HandshakeError::Unreachable { url, cause } } else { HandshakeError::Broken { url, cause } }
}

fn kind_of(response: &Response) -> String {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.unwrap_or("no content type").chars().take(100).collect()
}

fn belongs(ours: &str, theirs: &str, url: &str) -> Result<(), HandshakeError> {
    if ours == theirs {
        return Ok(());
    }
    Err(HandshakeError::OtherModule { url: url.to_owned(), ours: ours.to_owned(), theirs: theirs.to_owned() })
}

fn compare(module: &str, port: &Descriptor, theirs: &PortMeta, url: &str) -> Result<(), HandshakeError> {
    belongs(module, &theirs.module, url)?;
    let url = url.to_owned();
    if theirs.port != port.name || theirs.version != port.version {
        let port_name = port.name.to_owned();
        return Err(HandshakeError::Version { url, port: port_name, ours: port.version, theirs: theirs.version });
    }
    let ours = port.contract_hash();
    if theirs.contract_hash == ours {
        return Ok(());
    }
    differences(&method_hashes(port), &theirs.methods).map_or(Ok(()), |differences| {
        Err(HandshakeError::Contract {
            url,
            port: port.name.to_owned(),
            version: port.version,
            differences,
            ours,
            theirs: theirs.contract_hash.clone(),
        })
    })
}

/// In words; `None` when each of our methods promises the same there. Their additional ones do no harm.
fn differences(ours: &BTreeMap<String, String>, theirs: &BTreeMap<String, String>) -> Option<String> {
    if theirs.is_empty() {
        return Some("it does not say in which methods".to_owned());
    }
    let said: Vec<String> = ours
        .iter()
        .filter_map(|(method, hash)| match theirs.get(method) {
            Some(their_hash) if their_hash == hash => None,
            Some(_) => Some(format!("`{method}` has another schema")),
            None => Some(format!("`{method}` is missing there")),
        })
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}
