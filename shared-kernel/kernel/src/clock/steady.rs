//! A clock for deadlines: it shows the time of day, and passes as time passes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Clock, whole_microseconds};

/// What a database says of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearsay {
    /// The time of a server that several processes share: they agree by it, whatever their own machines' clocks show.
    Server(DateTime<Utc>),
    /// The last thing that the store wrote was written then.
    NotBefore(DateTime<Utc>),
}

impl Hearsay {
    /// The same for the clock below one that is ahead of it by `-by`.
    #[must_use]
    pub fn moved(self, by: TimeDelta) -> Self {
        match self {
            // A server knows nothing of the offset: what it shows is compared with the clock below.
            Self::Server(at) => Self::Server(at),
            Self::NotBefore(at) => Self::NotBefore(at + by),
        }
    }
}

/// The machine's clock without its jumps.
///
/// It starts at the time of day and goes on by the monotonic clock, so it never goes back, and a lease of a minute is a
/// minute whatever the machine's clock does. It follows the machine's clock slowly: by at most one part in
/// `FOLLOWS` of the time that passes. Clones share the same hands.
#[derive(Debug, Clone)]
pub struct SteadyClock {
    wall: Arc<dyn Clock>,
    hands: Arc<Mutex<Hands>>,
}

/// How slowly the machine's clock is followed: a deadline is at most a tenth nearer or farther than it says. An hour is
/// made up in ten.
const FOLLOWS: i32 = 10;

/// What was written later than that from now, by the machine's clock, was written by a clock that was wrong.
const BELIEVABLE: TimeDelta = TimeDelta::hours(24);

#[derive(Debug)]
struct Hands {
    shown: DateTime<Utc>,
    at: Instant,
    /// How far the clock that is followed is ahead of the machine's.
    ahead: TimeDelta,
    /// A server was heard.
    agreed: bool,
}

impl SteadyClock {
    pub fn over(wall: Arc<dyn Clock>) -> Self {
        let hands = Hands { shown: wall.now(), at: monotonic(), ahead: TimeDelta::zero(), agreed: false };
        Self { wall, hands: Arc::new(Mutex::new(hands)) }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> DateTime<Utc> {
        let mut hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        let at = monotonic();
        let passed = at.saturating_duration_since(hands.at);
        hands.at = at;
        hands.pass(passed, self.wall.now());
        whole_microseconds(hands.shown)
    }

    fn wall(&self) -> DateTime<Utc> {
        self.wall.wall()
    }

    fn hear(&self, hearsay: Hearsay) {
        let mut hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        hands.at = monotonic();
        hands.hear(hearsay, self.wall.now());
    }
}

impl Hands {
    /// Goes on by what has passed, and a little towards what the machine's clock shows.
    fn pass(&mut self, passed: Duration, wall: DateTime<Utc>) {
        let passed = TimeDelta::from_std(passed).unwrap_or(TimeDelta::zero());
        let steady = self.shown + passed;
        let (off, most) = (wall + self.ahead - steady, passed / FOLLOWS);
        self.shown = steady + off.clamp(-most, most);
    }

    fn hear(&mut self, hearsay: Hearsay, wall: DateTime<Utc>) {
        match hearsay {
            // One server is enough: several may show several times.
            Hearsay::Server(_) if self.agreed => {}
            Hearsay::Server(theirs) => {
                self.agreed = true;
                self.ahead = theirs - wall;
                self.shown = theirs;
            }
            Hearsay::NotBefore(written) if written - (wall + self.ahead) < BELIEVABLE => {
                self.shown = self.shown.max(written);
            }
            Hearsay::NotBefore(_) => {}
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the time of day is made of the monotonic clock")]
fn monotonic() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use chrono::{DateTime, TimeDelta, Utc};

    use super::{Hands, Hearsay, SteadyClock, monotonic};
    use crate::clock::{Clock as _, OffsetClock, SystemClock};

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn hands() -> Hands {
        Hands { shown: noon(), at: monotonic(), ahead: TimeDelta::zero(), agreed: false }
    }

    /// A second passes for each of `walls`, which the machine's clock then shows, as seconds after noon.
    fn shown_after(mut hands: Hands, walls: impl IntoIterator<Item = i64>) -> TimeDelta {
        for wall in walls {
            let before = hands.shown;
            hands.pass(Duration::from_secs(1), noon() + TimeDelta::seconds(wall));
            assert!(hands.shown > before, "it went back");
        }
        hands.shown - noon()
    }

    #[test]
    fn an_hour_neither_prolongs_nor_cuts_a_minute() {
        for (name, walls, expected) in [
            ("no jump", (1..=60).collect::<Vec<i64>>(), 60_000),
            ("an hour ahead", (1..=60).map(|second| second + 3_600).collect(), 66_000),
            ("an hour back", (1..=60).map(|second| second - 3_600).collect(), 54_000),
            ("there and back", (1..=60).map(|second| second + 3_600 * (second % 2)).collect(), 60_000),
            ("standing still", vec![0; 60], 54_000),
        ] {
            let shown = shown_after(hands(), walls).num_milliseconds();
            assert!((expected - 200..=expected + 200).contains(&shown), "{name}: {shown} ms");
        }
    }

    #[test]
    fn what_is_off_is_made_up_in_time() {
        let shown = shown_after(hands(), (1..=36_000).map(|second| second + 3_600));
        assert_eq!(shown, TimeDelta::seconds(36_000 + 3_600));
        let shown = shown_after(hands(), (1..=36_000).map(|second| second - 3_600));
        assert_eq!(shown, TimeDelta::seconds(36_000 - 3_600));
    }

    #[test]
    fn processes_agree_by_their_server_and_no_process_goes_back_behind_what_is_written() {
        let hour = TimeDelta::hours(1);
        let heard = |all: &[Hearsay], wall: DateTime<Utc>| {
            let mut hands = Hands { shown: wall, ..hands() };
            for one in all {
                hands.hear(*one, wall);
            }
            hands.pass(Duration::from_secs(10), wall + TimeDelta::seconds(10));
            hands.shown - noon()
        };
        let (server, late) = (Hearsay::Server(noon()), Hearsay::NotBefore(noon() + hour));
        for wall in [noon(), noon() + hour, noon() - hour] {
            assert_eq!(heard(&[server], wall), TimeDelta::seconds(10));
            assert_eq!(
                heard(&[server, Hearsay::Server(noon() + hour)], wall),
                TimeDelta::seconds(10),
                "the first counts"
            );
            let shown = heard(&[server, late], wall) - hour;
            assert_eq!(shown, TimeDelta::seconds(9), "it goes on from there, and falls back slowly");
        }
        assert_eq!(heard(&[Hearsay::NotBefore(noon() - hour)], noon()), TimeDelta::seconds(10));
        assert_eq!(heard(&[Hearsay::NotBefore(noon() + hour * 25)], noon()), TimeDelta::seconds(10), "not believable");
    }

    #[test]
    fn deadlines_do_not_jump_and_the_time_of_day_does() {
        let wall = OffsetClock::default();
        let clock = SteadyClock::over(Arc::new(wall.clone()));
        for hours in [1, -2, 1] {
            let before = clock.now();
            wall.advance(TimeDelta::hours(hours));
            let passed = clock.now() - before;
            assert!(passed >= TimeDelta::zero() && passed < TimeDelta::seconds(30), "{passed}");
            assert!((clock.wall() - wall.now()).abs() < TimeDelta::seconds(30));
        }
        assert!((clock.now() - SystemClock.now()).abs() < TimeDelta::seconds(30));
    }
}
