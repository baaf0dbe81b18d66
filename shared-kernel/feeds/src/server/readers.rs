//! Records the readers, seldom enough to cost nothing.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::TimeDelta;
use kernel::{DateTime, Utc};
use kernel_db::{Db, reader};

use crate::wire::FeedQuery;

/// A reader that moves is written down at most this often.
const MOVED: TimeDelta = TimeDelta::seconds(5);

/// One that stands is written down this often, so that it is not taken for gone.
const STANDS: TimeDelta = TimeDelta::hours(1);

/// When each reader of one feed was last written down, and where it stood.
#[derive(Debug, Default)]
pub(super) struct Readers(Mutex<HashMap<String, (i64, DateTime<Utc>)>>);

impl Readers {
    /// A reader was here. A failure to write it down is not its business.
    pub(super) async fn saw(&self, db: &Db, query: &FeedQuery) {
        let Some(consumer) = &query.consumer else { return };
        if !self.is_due(consumer, query.after, db.seams().now()) {
            return;
        }
        if let Err(error) = reader::note(db, consumer, query.after).await {
            tracing::warn!(feed = db.module(), consumer, ?error, "how far a reader has come could not be written down");
        }
    }

    fn is_due(&self, consumer: &str, position: i64, now: DateTime<Utc>) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = known.get(consumer).is_none_or(|(before, at)| {
            let pause = if *before == position { STANDS } else { MOVED };
            now >= *at + pause
        });
        if due {
            known.insert(consumer.to_owned(), (position, now));
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use kernel::Seams;

    use super::Readers;

    #[test]
    fn a_reader_is_written_down_when_it_moved_and_not_too_often() {
        let (readers, began) = (Readers::default(), Seams::system().now());
        let cases = [
            (0, 10, true),
            (1, 11, false),
            (4, 50, false),
            (5, 60, true),
            (30, 60, false),
            (3_604, 60, false),
            (3_605, 60, true),
            (3_610, 40, true),
        ];
        for (seconds, position, due) in cases {
            let now = began + TimeDelta::seconds(seconds);
            assert_eq!(readers.is_due("order", position, now), due, "{position} after {seconds} s");
        }
        assert!(readers.is_due("payment", 1, began), "each reader for itself");
    }
}
