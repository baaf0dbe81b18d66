//! The clock of a served store.
//!
//! The suite turns the clocks of processes that it cannot reach into. In builds with debug assertions, and in no other, two
//! variables name files of eight bytes: by how many microseconds, little-endian, a clock is ahead. All processes of one
//! store are given the same files, so that their clocks are turned together. `BANYAN_TEST_CLOCK` makes time pass: every
//! deadline comes nearer. `BANYAN_TEST_WALL` turns the machine's clock, as an operator or a time server may: no deadline is
//! to notice. A release has neither the variables nor the code that reads them.

use kernel::Seams;

/// The machine's own time, without its jumps, and entropy; in builds for tests perhaps with clocks that can be turned.
pub(crate) fn seams() -> anyhow::Result<Seams> {
    #[cfg(debug_assertions)]
    if let (Some(_), _) | (_, Some(_)) = (std::env::var_os(turned::CLOCK), std::env::var_os(turned::WALL)) {
        return turned::by(std::env::var_os(turned::CLOCK), std::env::var_os(turned::WALL));
    }
    Ok(Seams::system())
}

#[cfg(debug_assertions)]
mod turned {
    use std::{ffi::OsString, fs::File, os::unix::fs::FileExt, sync::Arc};

    use anyhow::Context;
    use kernel::{
        Clock, DateTime, Seams, Utc,
        clock::{Hearsay, SteadyClock, SystemClock},
    };

    pub(super) const CLOCK: &str = "BANYAN_TEST_CLOCK";
    pub(super) const WALL: &str = "BANYAN_TEST_WALL";

    /// A clock ahead of another by what a file says at each look.
    #[derive(Debug)]
    struct TurnedClock {
        under: Arc<dyn Clock>,
        file: File,
    }

    impl TurnedClock {
        fn ahead(&self) -> chrono::TimeDelta {
            let mut ahead = [0; 8];
            // A file that is still empty says nothing.
            let ahead = self.file.read_exact_at(&mut ahead, 0).map_or(0, |()| i64::from_le_bytes(ahead));
            chrono::TimeDelta::microseconds(ahead)
        }
    }

    impl Clock for TurnedClock {
        fn now(&self) -> DateTime<Utc> {
            self.under.now() + self.ahead()
        }

        fn wall(&self) -> DateTime<Utc> {
            self.under.wall() + self.ahead()
        }

        fn hear(&self, hearsay: Hearsay) {
            self.under.hear(hearsay.moved(-self.ahead()));
        }
    }

    fn over(under: Arc<dyn Clock>, name: &str, file: Option<OsString>) -> anyhow::Result<Arc<dyn Clock>> {
        let Some(path) = file else { return Ok(under) };
        let file = File::open(&path).with_context(|| format!("{name} names {}, which is not there", path.display()))?;
        tracing::warn!(name, path = %path.display(), "this is a build for tests, and its clock can be turned");
        Ok(Arc::new(TurnedClock { under, file }))
    }

    pub(super) fn by(clock: Option<OsString>, wall: Option<OsString>) -> anyhow::Result<Seams> {
        let steady = SteadyClock::over(over(Arc::new(SystemClock), WALL, wall)?);
        Ok(Seams { clock: over(Arc::new(steady), CLOCK, clock)?, ..Seams::system() })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use chrono::TimeDelta;
    use kernel::{Clock, clock::SystemClock};

    #[test]
    fn a_file_makes_time_pass() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock");
        fs::write(&file, []).unwrap();
        let seams = super::turned::by(Some(file.clone().into()), None).unwrap();
        for hours in [0, 1, -48] {
            if hours != 0 {
                fs::write(&file, TimeDelta::hours(hours).num_microseconds().unwrap().to_le_bytes()).unwrap();
            }
            let off = seams.now() - SystemClock.now() - TimeDelta::hours(hours);
            assert!(off.abs() < TimeDelta::seconds(5), "{hours}: {off}");
        }
        assert!(super::turned::by(Some(folder.path().join("nowhere").into()), None).is_err());
    }

    #[test]
    fn a_file_turns_the_machines_clock_and_no_deadline_notices() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("wall");
        fs::write(&file, []).unwrap();
        let seams = super::turned::by(None, Some(file.clone().into())).unwrap();
        for hours in [1_i64, -1] {
            let before = seams.now();
            fs::write(&file, TimeDelta::hours(hours).num_microseconds().unwrap().to_le_bytes()).unwrap();
            let off = seams.wall() - SystemClock.now() - TimeDelta::hours(hours);
            assert!(off.abs() < TimeDelta::seconds(5), "{hours}: {off}");
            let passed = seams.now() - before;
            assert!(passed >= TimeDelta::zero() && passed < TimeDelta::seconds(5), "{hours}: {passed}");
        }
    }

    /// What is in the file, and what the attributes above each part of it say, is all there is of this seam.
    #[test]
    fn a_release_has_no_such_clock() {
        let source = include_str!("clock.rs").split("#[cfg(test)]").next().unwrap();
        let gated = source.matches("#[cfg(debug_assertions)]\n    if let").count()
            + source.matches("#[cfg(debug_assertions)]\nmod turned").count();
        let named = source.matches("\"BANYAN_TEST_").count();
        let below = source.split("mod turned").nth(1).unwrap().matches("\"BANYAN_TEST_").count();
        assert_eq!((gated, named, below), (2, 2, 2), "a part of it is not gated");
    }
}
