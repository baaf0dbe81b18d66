//! Whether the far side speaks our contract, asked before it is trusted with a call.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use port::Descriptor;
use reqwest::{Response, StatusCode, header::CONTENT_TYPE};

use crate::{
    PortMeta, RemoteClient,
    client::{BodyError, read_body},
    server::method_hashes,
    token::TokenError,
    transport::{detail, root},
};

/// No description of a port is larger.
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
    UnknownPort { url: String, detail: String },
    #[error("{url} is the port of the module `{theirs}`, not of `{ours}`; compare the addresses of the modules")]
    OtherModule { url: String, ours: String, theirs: String },
    #[error(
        "{url} serves `{port}` at version {theirs} and this process speaks version {ours}; run builds that share a version"
    )]
    Version { url: String, port: String, ours: u32, theirs: u32 },
    #[error(
        "{url} serves another contract of `{port}` v{version}: {differences} (contract here {ours}, there {theirs}); run builds of one contract, or give the changed port a new version"
    )]
    Contract { url: String, port: String, version: u32, differences: String, ours: String, theirs: String },
}

/// Reads what the far side says of each of `ports` and compares it with our own, within `patience` altogether.
///
/// The far side may have methods that we do not know. All that we know must promise the same.
pub async fn handshake(
    client: &RemoteClient,
    ports: &[&'static Descriptor],
    patience: Duration,
) -> Result<Vec<PortMeta>, HandshakeError> {
    let mut metas = Vec::new();
    let deadline = tokio::time::Instant::now() + patience;
    for port in ports {
        let url = client.address(&path(port));
        let asked = tokio::time::timeout_at(deadline, ask(client, port, &url)).await;
        let meta =
            asked.map_err(|_| HandshakeError::TooSlow { url: url.clone(), patience_ms: patience.as_millis() })??;
        compare(client.module(), port, &meta, &url)?;
        metas.push(meta);
    }
    Ok(metas)
}

fn path(port: &Descriptor) -> String {
    format!("/ports/{}/meta", port.name)
}

async fn ask(client: &RemoteClient, port: &Descriptor, url: &str) -> Result<PortMeta, HandshakeError> {
    let request = client.get(&path(port)).map_err(|source| HandshakeError::Token { url: url.to_owned(), source })?;
    let response = request.send().await.map_err(|error| unanswered(url, &error))?;
    let (status, kind) = (response.status(), kind_of(&response));
    let body = body_of(response, url).await?;
    let problem = kind.starts_with("application/problem+json");
    let url = url.to_owned();
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(HandshakeError::NotAdmitted { url, detail: detail(&body) })
        }
        StatusCode::NOT_FOUND if problem => Err(HandshakeError::UnknownPort { url, detail: detail(&body) }),
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

fn compare(module: &str, port: &Descriptor, theirs: &PortMeta, url: &str) -> Result<(), HandshakeError> {
    let url = url.to_owned();
    if theirs.module != module {
        return Err(HandshakeError::OtherModule { url, ours: module.to_owned(), theirs: theirs.module.clone() });
    }
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
