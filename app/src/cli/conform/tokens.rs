//! Authentication: only a token that another process of this store has just signed for this module is accepted.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kernel::clock::ManualClock;
use kernel_remote::{ServiceKeys, TokenSource};
use reqwest::{RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Bench, ISSUER, row::Row, wire::Sample};

pub(super) async fn rows(bench: &Bench) -> Vec<Row> {
    let module = bench.port.module();
    let other_key = SecretString::from("a key that no process of this store was ever given");
    let stranger = ServiceKeys::new(other_key, None).unwrap_or_else(|_| bench.keys.clone());
    let (hs256, service) = (json!({ "alg": "HS256", "typ": "banyan-service+jwt" }), 300);
    let customers = json!({ "alg": "HS256", "typ": "JWT" });
    let unsigned = json!({ "alg": "none", "typ": "banyan-service+jwt" });
    let without_signature =
        |token: String| token.rsplit_once('.').map(|(head, _)| format!("{head}.")).unwrap_or_default();
    let refusals = [
        ("a call without a token is refused", None),
        ("a token that is none is refused", Some("wrong".to_owned())),
        ("an admin key is refused", Some("M0sZ6n1y2oWlQ5tYxkFq8vB3uJc7hRa9gDeKpLwXzTi".to_owned())),
        ("a token signed with another key is refused", bench.signed(&stranger, module, 0)),
        ("a token for another module is refused", bench.signed(&bench.keys, "another-module", 0)),
        ("a token that has expired is refused", bench.signed(&bench.keys, module, -600)),
        ("a token from the future is refused", bench.signed(&bench.keys, module, 600)),
        ("a token that lives for a day is refused", Some(bench.forged(&hs256, 86_400))),
        ("a customer's token is refused, with any signature", Some(bench.forged(&customers, service))),
        ("a token without a signature is refused", Some(without_signature(bench.forged(&unsigned, service)))),
    ];
    let mut rows = Vec::new();
    for (name, token) in refusals {
        rows.push(Row::refused(name, bench.called_with(token.as_deref()), StatusCode::UNAUTHORIZED).await);
    }
    // It expired half a minute ago by our clock, and two machines' clocks may be a minute apart.
    let late = bench.signed(&bench.keys, module, -330);
    rows.push(Row::answered("clocks may be a minute apart", bench.called_with(late.as_deref())).await);
    let meta = bench.plain.get(format!("{}/ports/{}/meta", bench.url, bench.port.descriptor().name));
    rows.push(Row::refused("a stranger is not told what is served", meta, StatusCode::UNAUTHORIZED).await);
    rows
}

impl Bench {
    /// A good call but for its token.
    fn called_with(&self, token: Option<&str>) -> RequestBuilder {
        let Sample { path, good, .. } = self.sample();
        let request = self.plain.post(format!("{}{path}", self.url)).json(&good);
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// A token of a process whose clock is wrong by some seconds.
    fn signed(&self, keys: &ServiceKeys, audience: &str, seconds: i64) -> Option<String> {
        let (now, span) = (self.seams.now(), Duration::from_secs(seconds.unsigned_abs()));
        let clock = ManualClock::at(if seconds < 0 { now - span } else { now + span });
        let bearer = TokenSource::new(keys, ISSUER, Arc::new(clock)).bearer(audience).ok()?;
        bearer.as_str().strip_prefix("Bearer ").map(str::to_owned)
    }

    /// A token that no process makes, signed with the right key.
    fn forged(&self, header: &Value, lifetime_seconds: i64) -> String {
        let now = self.seams.now().timestamp();
        let claims = json!({ "iss": ISSUER, "aud": self.port.module(), "iat": now, "exp": now.saturating_add(lifetime_seconds) });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(&claims));
        // HMAC takes a key of any length, so there is always a code.
        let code = Hmac::<Sha256>::new_from_slice(self.key.expose_secret().as_bytes())
            .map(|code| code.chain_update(&text).finalize().into_bytes())
            .unwrap_or_default();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(code))
    }
}
