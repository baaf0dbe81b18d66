use std::{num::NonZeroU16, time::Duration};

use serde::Deserialize;

/// How long a store keeps what nothing needs any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Events that every reader has passed, in days.
    pub events_days: NonZeroU16,
    /// Answers under their idempotency keys, in days: so long a repeat is answered as the first request was.
    pub answers_days: NonZeroU16,
    /// Orders that came to nothing, with their lines and timeline, in days.
    pub rejected_orders_days: NonZeroU16,
    /// Claims on stock that were refused or given back, in days.
    pub ended_claims_days: NonZeroU16,
    /// Webhooks that were dealt with, in days.
    pub webhooks_days: NonZeroU16,
    /// How often it is looked for, in minutes.
    pub every_minutes: NonZeroU16,
}

impl Default for Retention {
    fn default() -> Self {
        let days = |days| NonZeroU16::new(days).unwrap_or(NonZeroU16::MIN);
        Self {
            events_days: days(7),
            answers_days: days(30),
            rejected_orders_days: days(30),
            ended_claims_days: days(30),
            webhooks_days: days(30),
            every_minutes: days(60),
        }
    }
}

impl Retention {
    pub fn every(&self) -> Duration {
        Duration::from_mins(self.every_minutes.get().into())
    }
}

/// A number of days as a [`Duration`].
pub fn days(days: NonZeroU16) -> Duration {
    Duration::from_hours(24) * u32::from(days.get())
}
