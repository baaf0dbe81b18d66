//! What a guest shows to get at an order.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kernel::OrderId;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Makes and knows order tokens: `HMAC-SHA256(server secret, order id)`, base64url. Nothing is stored, so nothing
/// can leak but the secret, and a token stays good as long as the secret does.
#[derive(Clone)]
pub(crate) struct OrderTokens(Hmac<Sha256>);

impl OrderTokens {
    /// `None` without a secret: a token that anyone can make opens nothing.
    pub(crate) fn new(secret: &SecretString) -> Option<Self> {
        let secret = secret.expose_secret();
        if secret.is_empty() { None } else { Hmac::new_from_slice(secret.as_bytes()).ok().map(Self) }
    }

    pub(crate) fn token(&self, order: OrderId) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(order).finalize().into_bytes())
    }

    /// Takes the same time for every wrong token.
    pub(crate) fn opens(&self, order: OrderId, token: &str) -> bool {
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|shown| self.mac(order).verify_slice(&shown).is_ok())
    }

    fn mac(&self, order: OrderId) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(order.to_string().as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use kernel::OrderId;
    use secrecy::SecretString;
    use uuid::Uuid;

    use super::OrderTokens;

    #[test]
    fn a_token_opens_its_own_order_and_no_other() {
        let tokens = |secret: &str| OrderTokens::new(&SecretString::from(secret)).unwrap();
        let (mine, yours) = (OrderId::new(Uuid::from_u128(1)), OrderId::new(Uuid::from_u128(2)));
        let token = tokens("secret").token(mine);
        assert!(tokens("secret").opens(mine, &token));
        assert!(!tokens("secret").opens(yours, &token));
        assert!(!tokens("other").opens(mine, &token));
        for wrong in ["", "x", &token[1..], &format!("{token}="), "ü"] {
            assert!(!tokens("secret").opens(mine, wrong), "{wrong}");
        }
    }

    #[test]
    fn no_secret_no_tokens() {
        assert!(OrderTokens::new(&SecretString::default()).is_none());
    }

    #[test]
    fn it_is_the_documented_hash() {
        // printf 018f3a5e-0000-7000-8000-000000000000 | openssl dgst -sha256 -hmac key -binary | basenc --base64url
        let order: OrderId = "018f3a5e-0000-7000-8000-000000000000".parse().unwrap();
        let token = OrderTokens::new(&SecretString::from("key")).unwrap().token(order);
        assert_eq!(token, "J3GrXuJY8a_G_Zy-3SVAfEg-uqhngwj1DBmvs8UGRmE");
    }
}
