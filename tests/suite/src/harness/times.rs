//! How long tests take. `scripts/test` prints the slowest.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use kernel::{Clock as _, clock::SystemClock};

use super::variable;

/// A file to which each test adds its seconds and its name.
const TIMES: &str = "BANYAN_WRITE_TIMES_TO";

/// Adds the line of a test when it is dropped: also when the test fails.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    test: String,
    began: DateTime<Utc>,
    file: Option<PathBuf>,
}

impl Stopwatch {
    /// For the test of this thread.
    pub(crate) fn starts() -> Self {
        Self::writes_to(variable(TIMES).map(PathBuf::from))
    }

    fn writes_to(file: Option<PathBuf>) -> Self {
        // The test runner names a test's thread after the test.
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        Self { test, began: SystemClock.now(), file }
    }
}

impl Drop for Stopwatch {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let took = SystemClock.now() - self.began;
            let millis = took.num_milliseconds();
            append(file, &format!("{}.{:03} {}\n", millis / 1_000, millis % 1_000, self.test));
        }
    }
}

/// Adds lines in one write, for other tests write to the same file.
pub(crate) fn append(file: &Path, lines: &str) {
    let mut file = File::options().create(true).append(true).open(file).unwrap();
    file.write_all(lines.as_bytes()).unwrap();
}

#[test]
fn a_test_that_fails_is_timed_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("times");
    let failing = std::thread::Builder::new().name("stories::a_story".to_owned()).spawn({
        let file = file.clone();
        move || {
            let _stopwatch = Stopwatch::writes_to(Some(file));
            std::thread::sleep(std::time::Duration::from_millis(20));
            panic!("it fails, as it is meant to");
        }
    });
    assert!(failing.unwrap().join().is_err());
    let line = std::fs::read_to_string(file).unwrap();
    let (seconds, test) = line.trim().split_once(' ').unwrap();
    assert_eq!(test, "stories::a_story");
    assert!((0.02..10.0).contains(&seconds.parse::<f64>().unwrap()), "{line}");
}
