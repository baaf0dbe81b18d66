use std::time::Duration;

use bytes::BytesMut;
use kernel::problem::chain;
use reqwest::{Response, header::AUTHORIZATION};

use super::{Fault, Line, answer};
use crate::wire::{FeedPage, FeedQuery};

impl Line {
    /// Asks once, and believes the answer only when it continues where the reader stands.
    pub(super) async fn ask(&self, query: &FeedQuery) -> Result<FeedPage, Fault> {
        let mut url = self.url.clone();
        let text = serde_urlencoded::to_string(query).map_err(|error| Fault::Refused(error.to_string()))?;
        url.set_query(Some(&text));
        let token = (self.sign)(self.source).map_err(Fault::Refused)?;
        let patience = self.limits.answer + Duration::from_millis(query.wait_ms);
        let request = self.http.get(url).header(AUTHORIZATION, token).timeout(patience);
        let response = request.send().await.map_err(|error| Fault::Away(words(error)))?;
        let (status, kind) = (response.status(), answer::media_type(response.headers()));
        let body = self.body(response).await?;
        if status.is_success() {
            answer::page(self.source, query, &kind, &body)
        } else {
            Err(answer::refusal(self.source, query, status, &body))
        }
    }

    async fn body(&self, mut response: Response) -> Result<BytesMut, Fault> {
        let most = self.limits.body_bytes;
        let announced = response.content_length().map(usize::try_from);
        if announced.is_some_and(|bytes| bytes.map_or(true, |bytes| bytes > most)) {
            return Err(Fault::TooLarge);
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| Fault::Broken(words(error)))? {
            if body.len() + chunk.len() > most {
                return Err(Fault::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// What went wrong on the way, with its causes: the error by itself says only that a request failed.
fn words(error: reqwest::Error) -> String {
    let too_long = if error.is_timeout() { "it took too long: " } else { "" };
    format!("{too_long}{}", chain(&error.without_url()))
}
