//! Brings the simulated provider's webhooks to the store, over HTTP as from elsewhere.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use kernel::{AttemptId, Seams};

use super::{NAME, Verdict, message};
use crate::signature::{ID, SIGNATURE, Seal, TIMESTAMP, WebhookSecret};

/// A webhook that the store does not take is brought again so often.
const TRIES: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Messenger {
    client: OnceLock<reqwest::Client>,
    secret: WebhookSecret,
    /// Where the store is, once it has a place.
    store: Arc<OnceLock<String>>,
}

impl Messenger {
    pub(super) const fn new(secret: WebhookSecret, store: Arc<OnceLock<String>>) -> Self {
        Self { client: OnceLock::new(), secret, store }
    }

    /// Tells the store, again and again until it listens. Whoever is not told can still ask.
    pub(super) async fn tell(&self, seams: &Seams, reference: AttemptId, verdict: &Verdict) {
        let (Some(store), Some(body)) = (self.store.get(), message::write(seams, reference, verdict)) else { return };
        let url = format!("{}/api/v1/webhooks/payments/{NAME}", store.trim_end_matches('/'));
        let id = format!("msg_{}", seams.ids.next().simple());
        let mut wait = Duration::from_millis(100);
        for _ in 0..TRIES {
            let seal = self.secret.seal(&id, seams.wall(), body.as_bytes());
            match self.post(&url, seal, body.clone()).await {
                Ok(()) => return,
                Err(error) => tracing::debug!(%url, %error, "a webhook was not taken"),
            }
            tokio::time::sleep(wait).await;
            wait *= 3;
        }
        tracing::warn!(%url, %reference, "a webhook was given up");
    }

    async fn post(&self, url: &str, seal: Seal, body: String) -> Result<(), reqwest::Error> {
        let client = self.client.get_or_init(reqwest::Client::new);
        let request = client
            .post(url)
            .timeout(PATIENCE)
            .header(ID, seal.id)
            .header(TIMESTAMP, seal.timestamp)
            .header(SIGNATURE, seal.signatures)
            .header("content-type", "application/json")
            .body(body);
        request.send().await?.error_for_status().map(drop)
    }
}
