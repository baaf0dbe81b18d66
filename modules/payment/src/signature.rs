//! Signed webhooks as [Standard Webhooks](https://www.standardwebhooks.com) has them: HMAC-SHA256 over id, time and
//! body, in three headers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac, digest::Key};
use kernel::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::Deserialize;
use sha2::Sha256;

pub(crate) const ID: &str = "webhook-id";
pub(crate) const TIMESTAMP: &str = "webhook-timestamp";
pub(crate) const SIGNATURE: &str = "webhook-signature";

/// A webhook may be this much older or younger than the store's clock.
const TOLERANCE_SECONDS: u64 = 5 * 60;

/// What a provider and the store both know.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "SecretString")]
pub struct WebhookSecret(SecretSlice<u8>);

/// The text is not `whsec_` and the base64 of 24 to 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is `whsec_` and the base64 of 24 to 64 bytes")]
pub struct NotASecret;

/// The webhook is not from the provider, or not from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Untrusted {
    #[error("the webhook carries no usable {0} header")]
    Header(&'static str),
    #[error("the webhook is too old or too new")]
    Time,
    #[error("none of the webhook's signatures is the provider's")]
    Signature,
}

/// What the three headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seal {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    /// One or more, separated by spaces: `v1,` and the base64 of the code.
    pub(crate) signatures: String,
}

impl WebhookSecret {
    pub fn parse(text: &str) -> Result<Self, NotASecret> {
        let encoded = text.strip_prefix("whsec_").ok_or(NotASecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NotASecret)?;
        if (24..=64).contains(&bytes.len()) { Ok(Self::new(bytes)) } else { Err(NotASecret) }
    }

    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// Signs `body` as the webhook `id` sent at `now`.
    pub(crate) fn seal(&self, id: &str, now: DateTime<Utc>, body: &[u8]) -> Seal {
        let timestamp = now.timestamp().to_string();
        let code = self.code(id, &timestamp, body).finalize().into_bytes();
        Seal { id: id.to_owned(), timestamp, signatures: format!("v1,{}", STANDARD.encode(code)) }
    }

    /// Compares in constant time: how long it takes says nothing about how nearly a forger guessed.
    pub(crate) fn check(&self, seal: &Seal, body: &[u8], now: DateTime<Utc>) -> Result<(), Untrusted> {
        let sent: i64 = seal.timestamp.parse().map_err(|_| Untrusted::Header(TIMESTAMP))?;
        if now.timestamp().abs_diff(sent) > TOLERANCE_SECONDS {
            return Err(Untrusted::Time);
        }
        let code = self.code(&seal.id, &seal.timestamp, body);
        let codes = seal.signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
        let genuine =
            codes.filter_map(|code| STANDARD.decode(code).ok()).any(|shown| code.clone().verify_slice(&shown).is_ok());
        if genuine { Ok(()) } else { Err(Untrusted::Signature) }
    }

    fn code(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        // HMAC takes a key of any length, so there is always one; without, nothing would check.
        let key = self.0.expose_secret();
        let mut code =
            Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Key::<Hmac<Sha256>>::default()));
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            code.update(part);
        }
        code
    }
}

impl TryFrom<SecretString> for WebhookSecret {
    type Error = NotASecret;

    fn try_from(text: SecretString) -> Result<Self, NotASecret> {
        Self::parse(text.expose_secret())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use kernel::{Clock as _, DateTime, Utc, clock::SystemClock};

    use super::{NotASecret, SIGNATURE, Seal, TIMESTAMP, Untrusted, WebhookSecret};

    fn secret() -> WebhookSecret {
        WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()
    }

    /// A known answer of the standard's reference library.
    #[test]
    fn signs_as_the_standard_does() {
        let secret = WebhookSecret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let at = DateTime::<Utc>::from_timestamp(1_649_367_553, 0).unwrap();
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let seal = secret.seal("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", at, body);
        assert_eq!(seal.signatures, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
        assert_eq!(seal.timestamp, "1649367553");
    }

    #[test]
    fn trusts_only_what_is_whole_and_from_now() {
        let now = SystemClock.now();
        let good = secret().seal("msg_1", now, b"body");
        let with = |change: fn(&mut Seal)| {
            let mut seal = good.clone();
            change(&mut seal);
            secret().check(&seal, b"body", now)
        };
        let wrong = Err(Untrusted::Signature);
        for (name, found, expected) in [
            ("as sent", with(|_| {}), Ok(())),
            ("one good signature among others", with(|seal| seal.signatures.insert_str(0, "v1,AAAA v1a,x ")), Ok(())),
            ("another id", with(|seal| seal.id.push('2')), wrong),
            (
                "a later time",
                with(|seal| seal.timestamp = (seal.timestamp.parse::<i64>().unwrap() + 1).to_string()),
                wrong,
            ),
            ("no time", with(|seal| seal.timestamp = "soon".to_owned()), Err(Untrusted::Header(TIMESTAMP))),
            ("no signature", with(|seal| seal.signatures.clear()), wrong),
            ("a truncated signature", with(|seal| seal.signatures.truncate(20)), wrong),
            ("another version", with(|seal| seal.signatures.replace_range(..2, "v2")), wrong),
            ("another body", secret().check(&good, b"b0dy", now), wrong),
            ("another secret", WebhookSecret::new(vec![7; 24]).check(&good, b"body", now), wrong),
        ] {
            assert_eq!(found, expected, "{name}");
        }
        for (seconds, expected) in
            [(-301, Err(Untrusted::Time)), (-300, Ok(())), (300, Ok(())), (301, Err(Untrusted::Time))]
        {
            let later = now + TimeDelta::seconds(seconds);
            assert_eq!(secret().check(&good, b"body", later), expected, "{seconds} s later");
        }
        assert_eq!(SIGNATURE, "webhook-signature");
    }

    #[test]
    fn a_secret_is_long_enough_or_refused_and_never_shown() {
        for bad in ["", "secret", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***"] {
            assert_eq!(WebhookSecret::parse(bad).err(), Some(NotASecret), "{bad}");
        }
        assert!(!format!("{:?}", WebhookSecret::new(vec![65; 24])).contains("65"));
    }
}
