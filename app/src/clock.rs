//! The clock of a served store.
//!
//! The suite makes hours pass in processes that it cannot reach into. In builds with debug assertions, and in no other,
//! `BANYAN_TEST_CLOCK` names a file of eight bytes: by how many microseconds, little-endian, the clock is ahead. All
//! processes of one store are given the same file, so that their clocks are turned together. A release has neither the
//! variable nor the code that reads it.

use kernel::Seams;

/// The machine's own time and entropy; in builds for tests perhaps with a clock that can be turned.
pub(crate) fn seams() -> anyhow::Result<Seams> {
    #[cfg(debug_assertions)]
    if let Some(file) = std::env::var_os("BANYAN_TEST_CLOCK") {
        return turned::by(file.as_ref());
    }
    Ok(Seams::system())
}

#[cfg(debug_assertions)]
mod turned {
    use std::{fs::File, os::unix::fs::FileExt, path::Path, sync::Arc};

    use anyhow::Context;
    use kernel::{Clock, DateTime, Seams, Utc, clock::SystemClock};

    /// The machine's clock, ahead by what a file says at each look.
    #[derive(Debug)]
    struct TurnedClock(File);

    impl Clock for TurnedClock {
        fn now(&self) -> DateTime<Utc> {
            let mut ahead = [0; 8];
            // A file that is still empty says nothing.
            let ahead = self.0.read_exact_at(&mut ahead, 0).map_or(0, |()| i64::from_le_bytes(ahead));
            SystemClock.now() + chrono::TimeDelta::microseconds(ahead)
        }
    }

    pub(super) fn by(file: &Path) -> anyhow::Result<Seams> {
        let shown = file.display();
        let opened =
            File::open(file).with_context(|| format!("BANYAN_TEST_CLOCK names {shown}, which is not there"))?;
        tracing::warn!(%shown, "this is a build for tests, and its clock can be turned");
        Ok(Seams { clock: Arc::new(TurnedClock(opened)), ..Seams::system() })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use chrono::TimeDelta;
    use kernel::{Clock, clock::SystemClock};

    #[test]
    fn a_file_turns_the_clock() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock");
        fs::write(&file, []).unwrap();
        let seams = super::turned::by(&file).unwrap();
        for hours in [0, 1, -48] {
            if hours != 0 {
                fs::write(&file, TimeDelta::hours(hours).num_microseconds().unwrap().to_le_bytes()).unwrap();
            }
            let off = seams.now() - SystemClock.now() - TimeDelta::hours(hours);
            assert!(off.abs() < TimeDelta::seconds(5), "{hours}: {off}");
        }
        assert!(super::turned::by(&folder.path().join("nowhere")).is_err());
    }

    /// What is in the file, and what the attributes above each part of it say, is all there is of this seam.
    #[test]
    fn a_release_has_no_such_clock() {
        let source = include_str!("clock.rs").split("#[cfg(test)]").next().unwrap();
        let gated = source.matches("#[cfg(debug_assertions)]\n    if let").count()
            + source.matches("#[cfg(debug_assertions)]\nmod turned").count();
        assert_eq!((gated, source.matches("TEST_CLOCK\"").count()), (2, 1), "a part of it is not gated");
    }
}
