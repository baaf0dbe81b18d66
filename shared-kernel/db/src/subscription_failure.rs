//! Why subscriptions do not get on, for the log and for whoever asks whether the process is well.

use std::{
    collections::BTreeMap,
    mem::{Discriminant, discriminant},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;
use kernel::{DateTime, Utc, problem::chain};
use serde::Serialize;

use crate::DbError;

/// The same failure is told again after so long.
const TOLD_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A subscription that does not get on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubscriptionFailure {
    pub consumer: &'static str,
    pub source: &'static str,
    /// It applies nothing until a person has decided how it goes on. Otherwise it goes on by itself.
    pub stranded: bool,
    pub detail: String,
    pub since: DateTime<Utc>,
}

/// The failures of one module's subscriptions in this process.
#[derive(Debug, Default)]
pub(crate) struct SubscriptionFailures(Mutex<BTreeMap<Key, Known>>);

/// Consumer and source.
type Key = (&'static str, &'static str);

#[derive(Debug)]
struct Known {
    failure: SubscriptionFailure,
    kind: Discriminant<DbError>,
    told_at: DateTime<Utc>,
}

impl SubscriptionFailures {
    /// Remembers what keeps a subscription from getting on. `true` when it is time to say so in the log.
    pub(crate) fn note(&self, key: Key, error: &DbError, now: DateTime<Utc>) -> bool {
        let (kind, stranded, detail) = (discriminant(error), error.strands_reader(), chain(error));
        let mut known = self.lock();
        let before = known.remove(&key).filter(|before| before.kind == kind);
        let told_at = before.as_ref().map(|before| before.told_at).filter(|told_at| now < *told_at + TOLD_EVERY);
        let since = before.map_or(now, |before| before.failure.since);
        let failure = SubscriptionFailure { consumer: key.0, source: key.1, stranded, detail, since };
        known.insert(key, Known { failure, kind, told_at: told_at.unwrap_or(now) });
        told_at.is_none()
    }

    /// The subscription gets on. `true` when it did not before.
    pub(crate) fn clear(&self, key: Key) -> bool {
        self.lock().remove(&key).is_some()
    }

    pub(crate) fn of(&self, key: Key) -> Option<SubscriptionFailure> {
        self.lock().get(&key).map(|known| known.failure.clone())
    }

    pub(crate) fn all(&self) -> Vec<SubscriptionFailure> {
        self.lock().values().map(|known| known.failure.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use kernel::Seams;

    use super::SubscriptionFailures;
    use crate::DbError;

    #[test]
    fn the_same_trouble_is_told_once_a_minute_and_another_at_once() {
        let (failures, now) = (SubscriptionFailures::default(), Seams::system().now());
        let went_back = |head| DbError::FeedWentBack { feed: "order".to_owned(), position: 9, head };
        let away = DbError::FeedAway { feed: "order".to_owned(), detail: "refused".to_owned() };
        let key = ("payment", "order");
        let note = |error: &DbError, seconds| failures.note(key, error, now + TimeDelta::seconds(seconds));
        let told = [
            note(&went_back(3), 0),
            note(&went_back(4), 1),
            note(&went_back(5), 59),
            note(&went_back(6), 60),
            note(&went_back(7), 61),
            note(&away, 62),
        ];
        assert_eq!(told, [true, false, false, true, false, true]);
        let failure = failures.of(key).unwrap();
        assert_eq!((failure.stranded, failure.since), (false, now + TimeDelta::seconds(62)));
        assert!(failures.clear(key) && !failures.clear(key) && failures.all().is_empty());
    }
}
