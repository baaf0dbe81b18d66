use std::time::Duration;

use kernel::{DateTime, Utc};
use secrecy::SecretString;
use serde::Deserialize;

/// The settings of order.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Signs order tokens. While it is empty there are none, and only the admin gets at orders.
    pub server_secret: SecretString,
    /// How long stock is held for an order that is being placed.
    pub hold_minutes: u32,
    /// After so long a buyer is told `202`, and the order is placed without being watched.
    pub answer_within_ms: u32,
    /// After so long without an answer from stock or payment a placing is given up.
    pub checkout_deadline_seconds: u32,
    /// The same while the payment provider has promised to tell later.
    pub pending_payment_minutes: u32,
    /// An order may hold what it wants for so long: the time of a normal payment. Later it needs a place among the unpaid.
    pub unpaid_grace_ms: u32,
    /// After so long without any answer from payment or its provider an order is given up, and its stock is free again.
    pub unanswered_payment_seconds: u32,
    /// How many orders that are not paid for yet one email may have, and how many units in them; 0 sets no limit.
    pub unpaid_orders_per_email: u32,
    pub unpaid_units_per_email: u32,
    /// The same for one network address, which many buyers may share.
    pub unpaid_orders_per_address: u32,
    pub unpaid_units_per_address: u32,
    /// After this many orders of one email, of one address or of all have failed unpaid within `unpaid_memory_minutes`,
    /// new ones hold no more than the part of each SKU that unpaid orders share, from the start. 0 turns this off.
    pub unpaid_tries_per_email: u32,
    pub unpaid_tries_per_address: u32,
    pub unpaid_tries_overall: u32,
    /// How long that is remembered.
    pub unpaid_memory_minutes: u32,
    /// A cart is kept so long after its last change.
    pub cart_hours: u32,
    /// Expired carts are looked for this often.
    pub cart_sweep_seconds: u32,
    /// A placing belongs so long to whoever carries it; then another takes it up.
    pub lease_ms: u32,
    /// Placings that wait to be taken up are looked for this often.
    pub runner_poll_ms: u32,
    /// The first wait before a call that was not answered is made again. Later waits are longer.
    pub retry_ms: u32,
    /// A return for so much money, in minor units of its currency, is approved without a person; so is all that is
    /// returned of one order together. 0 leaves every return to a person.
    pub returns_accept_up_to: i64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server_secret: SecretString::default(),
            hold_minutes: 15,
            answer_within_ms: 2_000,
            checkout_deadline_seconds: 30,
            pending_payment_minutes: 15,
            unpaid_grace_ms: 2_000,
            unanswered_payment_seconds: 10,
            unpaid_orders_per_email: 5,
            unpaid_units_per_email: 1_000,
            unpaid_orders_per_address: 50,
            unpaid_units_per_address: 5_000,
            unpaid_tries_per_email: 1,
            unpaid_tries_per_address: 3,
            unpaid_tries_overall: 20,
            unpaid_memory_minutes: 10,
            cart_hours: 72,
            cart_sweep_seconds: 60,
            lease_ms: 7_000,
            runner_poll_ms: 1_000,
            retry_ms: 25,
            returns_accept_up_to: 0,
        }
    }
}

impl Config {
    /// Quick to try again, patient with a slow machine, and with a secret that everyone knows.
    pub fn for_testing() -> Self {
        Self {
            server_secret: SecretString::from("a secret for tests"),
            answer_within_ms: 30_000,
            unpaid_grace_ms: 10_000,
            lease_ms: 1_000,
            runner_poll_ms: 20,
            retry_ms: 2,
            ..Self::default()
        }
    }

    pub(crate) fn answer_within(&self) -> Duration {
        Duration::from_millis(self.answer_within_ms.into())
    }

    pub(crate) fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms.into())
    }

    pub(crate) fn runner_poll(&self) -> Duration {
        Duration::from_millis(self.runner_poll_ms.into())
    }

    pub(crate) fn retry(&self) -> Duration {
        Duration::from_millis(self.retry_ms.into())
    }

    /// Whether a return for `amount` needs no person, when returns for `accepted` of the same order needed none before.
    pub(crate) const fn accepts_by_itself(&self, amount: i64, accepted: i64) -> bool {
        self.returns_accept_up_to > 0 && amount.saturating_add(accepted) <= self.returns_accept_up_to
    }

    pub(crate) fn cart_sweep(&self) -> Duration {
        Duration::from_secs(self.cart_sweep_seconds.into())
    }

    pub(crate) fn hold_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + minutes(self.hold_minutes)
    }

    pub(crate) fn deadline(&self, placed_at: DateTime<Utc>) -> DateTime<Utc> {
        placed_at + Duration::from_secs(self.checkout_deadline_seconds.into())
    }

    pub(crate) fn pending_deadline(&self, placed_at: DateTime<Utc>) -> DateTime<Utc> {
        placed_at + minutes(self.pending_payment_minutes)
    }

    pub(crate) fn cart_expiry(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + minutes(self.cart_hours) * 60
    }
}

fn minutes(minutes: u32) -> Duration {
    Duration::from_mins(minutes.into())
}
