//! Limits what orders may hold that are not paid for.
//!
//! An order may hold any quantity for as long as a normal payment takes. An order that takes longer needs a place among
//! the unpaid orders; each client and each email has a limited number of places. Its units then count towards the part
//! of each SKU that unpaid orders share (`Stock::hold` with `unpaid`). Once a client's orders have failed that way, its
//! new orders are limited to that part from the start, for some minutes.

use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kernel::{DateTime, Principal, Utc};
use kernel_db::{DbError, guard};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Orders, place::Place};
use crate::{
    Config,
    domain::Who,
    error::OrderError,
    persistence::{
        sagas::Unpaid,
        unpaid::{self, Figures, Limits},
    },
};

/// How long the unpaid orders are not read again after a read that found none.
const QUIET: Duration = Duration::from_millis(250);

/// Makes [`Who`], and remembers until when there is nothing to look for.
pub(super) struct Watch {
    mac: Hmac<Sha256>,
    quiet_until: Mutex<Option<Instant>>,
}

impl Watch {
    /// `spare` is the key where there is no secret: then other processes make other hashes.
    pub(super) fn new(secret: &SecretString, spare: Uuid) -> Option<Self> {
        let secret = secret.expose_secret().as_bytes();
        let key = if secret.is_empty() { spare.as_bytes().as_slice() } else { secret };
        let mac = Hmac::new_from_slice(key).ok()?;
        Some(Self { mac, quiet_until: Mutex::default() })
    }

    pub(super) fn who(&self, client: IpAddr, email: &str) -> Who {
        let client = self.hash("client", &network(client));
        Who { client, buyer: self.hash("buyer", &email.trim().to_lowercase()) }
    }

    fn hash(&self, what: &str, text: &str) -> String {
        let mac = self.mac.clone().chain_update(what).chain_update([0]).chain_update(text);
        let tag = mac.finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(tag.get(..16).unwrap_or(&tag))
    }

    fn is_quiet(&self) -> bool {
        let quiet_until = self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner);
        quiet_until.is_some_and(|until| Instant::now() < until)
    }

    fn note(&self, quiet: bool) {
        *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner) = quiet.then(|| Instant::now() + QUIET);
    }
}

/// One IPv6 client has at least the 2^64 addresses of its network.
fn network(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}/64", address.to_bits() >> 64),
    }
}

impl Orders {
    /// As what a new order begins; refused where its client or email has its places taken.
    ///
    /// This may be a moment late. Places are given by [`unpaid::enlist`], which is exact.
    pub(super) async fn admit(&self, command: &Place) -> Result<Unpaid, OrderError> {
        let Some(who) = self.who(command) else { return Ok(Unpaid::InTime) };
        let Some(watch) = self.watch.as_ref().filter(|watch| !watch.is_quiet()) else { return Ok(Unpaid::InTime) };
        let figures = unpaid::figures(self.db.reader(), &who, self.now() - self.config.unpaid_memory()).await?;
        watch.note(figures.quiet);
        let limits = self.config.unpaid_limits();
        if !limits.have_room(&figures, 0) && !guard::sabotaged("order.unpaid_cap") {
            return Err(OrderError::TooManyUnpaid);
        }
        Ok(if self.config.trusts(&figures) { Unpaid::InTime } else { Unpaid::Capped })
    }

    /// `None` for the admin, whose orders are not limited.
    pub(super) fn who(&self, command: &Place) -> Option<Who> {
        let guest = command.asked.cx.principal == Principal::Guest;
        let watch = self.watch.as_ref().filter(|_| guest)?;
        Some(watch.who(command.asked.client, &command.purchase.email))
    }

    /// An order is unpaid now, or has failed: the next order reads the unpaid orders again.
    pub(super) fn unpaid_changed(&self) {
        if let Some(watch) = &self.watch {
            watch.note(false);
        }
    }

    /// Forgets the orders that came to nothing long ago; answers how many.
    pub(crate) async fn forget_unpaid(&self, limit: i64) -> Result<u64, DbError> {
        let before = self.now() - self.config.unpaid_memory();
        self.db.transact(|tx| async move { unpaid::forget(&tx, before, limit).await }).await
    }
}

impl Config {
    pub(crate) fn unpaid_limits(&self) -> Limits {
        Limits {
            client_orders: limit(self.unpaid_orders_per_address),
            client_units: limit(self.unpaid_units_per_address),
            buyer_orders: limit(self.unpaid_orders_per_email),
            buyer_units: limit(self.unpaid_units_per_email),
        }
    }

    /// When an order has had the time of a normal payment.
    pub(crate) fn grace_ends(&self, placed_at: DateTime<Utc>) -> DateTime<Utc> {
        placed_at + Duration::from_millis(self.unpaid_grace_ms.into())
    }

    /// When an order is given up whose payment is not answered at all.
    pub(crate) fn unanswered_deadline(&self, placed_at: DateTime<Utc>) -> DateTime<Utc> {
        placed_at + Duration::from_secs(self.unanswered_payment_seconds.into())
    }

    fn unpaid_memory(&self) -> Duration {
        Duration::from_mins(self.unpaid_memory_minutes.into())
    }

    /// Whether a new order may hold what it wants for the time of a normal payment.
    fn trusts(&self, figures: &Figures) -> bool {
        figures.client_failed < limit(self.unpaid_tries_per_address)
            && figures.buyer_failed < limit(self.unpaid_tries_per_email)
            && figures.failed < limit(self.unpaid_tries_overall)
    }
}

/// 0 sets none.
fn limit(setting: u32) -> i64 {
    if setting == 0 { i64::MAX } else { setting.into() }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use uuid::Uuid;

    use super::Watch;

    #[test]
    fn who_is_who() {
        let watch = Watch::new(&SecretString::from("secret"), Uuid::nil()).unwrap();
        let who = |address: &str, email: &str| watch.who(address.parse().unwrap(), email);
        let ada = who("192.0.2.1", "ada@example.com");
        assert_eq!(ada, who("::ffff:192.0.2.1", " ADA@example.com"));
        assert_ne!(ada.client, who("192.0.2.2", "ada@example.com").client);
        assert_ne!(ada.buyer, who("192.0.2.1", "bob@example.com").buyer);
        assert_eq!(who("2001:db8::1", "a").client, who("2001:db8::ffff:1", "a").client, "one network, one client");
        assert_ne!(who("2001:db8::1", "a").client, who("2001:db8:0:1::1", "a").client);
        assert!(!format!("{ada:?}").contains("192") && !format!("{ada:?}").contains("ada@"));
        let other = Watch::new(&SecretString::from("other"), Uuid::nil()).unwrap();
        assert_ne!(ada, other.who("192.0.2.1".parse().unwrap(), "ada@example.com"));
    }
}
