//! The private side of one remote module: where it is, the connections to it, and the token that opens it.
//!
//! Ports and feeds are read with the same client.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, Method, RequestBuilder, Response, Url,
    header::{AUTHORIZATION, HeaderValue},
    redirect::Policy,
};

use crate::{
    RemoteConfig,
    token::{TokenError, TokenSource},
};

/// Reaches one module's port server. Clones share its connections.
#[derive(Debug, Clone)]
pub struct RemoteClient {
    http: Client,
    module: Arc<str>,
    base: Arc<str>,
    tokens: TokenSource,
}

/// An address that cannot be one, or no client to ask it with.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("`{address}` is no address of a server: it should look like http://127.0.0.1:7180")]
    Address { address: String },
    #[error("an HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

/// Why the body of an answer was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the answer has more than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the answer broke off")]
    Broken(#[source] reqwest::Error),
}

impl RemoteClient {
    /// `base` is the address of the module's port server, such as `http://127.0.0.1:7181`.
    pub fn new(module: &str, base: &str, tokens: TokenSource, config: &RemoteConfig) -> Result<Self, ClientError> {
        let base = base_address(base)?;
        // Plain HTTP needs no certificates, so none are loaded, and a machine without any is enough.
        let client = if base.starts_with("http:") { plain_client().tls_certs_only([]) } else { plain_client() };
        let http = client
            .connect_timeout(config.connect_timeout())
            .pool_max_idle_per_host(config.idle_connections)
            .build()
            .map_err(ClientError::Client)?;
        Ok(Self { http, module: module.into(), base: base.into(), tokens })
    }

    /// The module, which is the audience of the tokens.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The whole address of `path`, which begins with a slash.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A request with a token and without a timeout; the sender sets one.
    pub fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, TokenError> {
        let bearer = self.tokens.bearer(&self.module)?;
        let mut value = HeaderValue::from_str(bearer.as_str()).map_err(|_| TokenError::Unsignable)?;
        value.set_sensitive(true);
        Ok(self.http.request(method, self.address(path)).header(AUTHORIZATION, value))
    }

    pub fn get(&self, path: &str) -> Result<RequestBuilder, TokenError> {
        self.request(Method::GET, path)
    }
}

/// For how long an idle connection is kept: less than the five seconds after which a server closes it, so
/// that no call is sent into a connection that is just being closed.
pub(crate) const IDLE_CONNECTION: Duration = Duration::from_secs(4);

/// No redirects, no proxy of the environment, no retries but our own.
pub(crate) fn plain_client() -> reqwest::ClientBuilder {
    Client::builder().http1_only().no_proxy().redirect(Policy::none()).referer(false).retry(reqwest::retry::never())
}

/// The address without the slash at its end.
pub(crate) fn base_address(address: &str) -> Result<String, ClientError> {
    let refused = || ClientError::Address { address: address.to_owned() };
    let url = Url::parse(address).map_err(|_| refused())?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let sound = matches!(url.scheme(), "http" | "https") && url.has_host() && plain && url.password().is_none();
    if sound { Ok(url.as_str().trim_end_matches('/').to_owned()) } else { Err(refused()) }
}

/// The body, in at most `limit` bytes of memory. It waits as long as the far side takes: bound it with a time limit.
pub async fn read_body(mut response: Response, limit: usize) -> Result<Bytes, BodyError> {
    let too_large = |bytes: usize| bytes > limit;
    let announced = response.content_length().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    if announced.is_some_and(too_large) {
        return Err(BodyError::TooLarge { limit });
    }
    let mut body = BytesMut::with_capacity(announced.unwrap_or_default());
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Broken)? {
        if too_large(body.len().saturating_add(chunk.len())) {
            return Err(BodyError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use super::base_address;

    #[test]
    fn addresses() {
        for (address, base) in [
            ("http://127.0.0.1:7181", Some("http://127.0.0.1:7181")),
            ("http://127.0.0.1:7181/", Some("http://127.0.0.1:7181")),
            ("https://stock.internal/inner/", Some("https://stock.internal/inner")),
            ("127.0.0.1:7181", None),
            ("ftp://127.0.0.1", None),
            ("http://", None),
            ("http://host/?a=b", None),
            ("http://user:word@host", None),
            ("", None),
        ] {
            assert_eq!(base_address(address).ok().as_deref(), base, "{address}");
        }
    }
}
