//! The clock of a shop, which a story turns: by hand in this process, through files in others.

use std::{
    fs::File,
    os::unix::fs::FileExt as _,
    path::Path,
    sync::{Arc, Mutex},
};

use chrono::TimeDelta;
use kernel::clock::{OffsetClock, SteadyClock};

/// Turns the clocks of every process of a shop.
#[derive(Debug)]
pub(crate) struct Hands {
    /// Makes time pass.
    clock: Hand,
    /// The machine's clock, which is below.
    wall: Hand,
}

/// One clock, here and in the processes that read its file.
#[derive(Debug)]
struct Hand {
    clock: OffsetClock,
    ahead: Mutex<TimeDelta>,
    file: Option<File>,
}

impl Default for Hands {
    fn default() -> Self {
        Self::of(None, None)
    }
}

impl Hands {
    fn of(clock_file: Option<File>, wall_file: Option<File>) -> Self {
        let wall = Hand::of(OffsetClock::default(), wall_file);
        let steady = SteadyClock::over(Arc::new(wall.clock.clone()));
        Self { clock: Hand::of(OffsetClock::over(Arc::new(steady)), clock_file), wall }
    }

    /// The hands of processes that have the variables that are answered, and of this one.
    pub(crate) fn in_folder(folder: &Path) -> (Self, [(String, String); 2]) {
        let (clock, wall) = (folder.join("clock"), folder.join("wall"));
        let hands = Self::of(Some(File::create_new(&clock).unwrap()), Some(File::create_new(&wall).unwrap()));
        let variable = |name: &str, file: &Path| (name.to_owned(), file.display().to_string());
        (hands, [variable("BANYAN_TEST_CLOCK", &clock), variable("BANYAN_TEST_WALL", &wall)])
    }

    /// The clock in this process.
    pub(crate) fn clock(&self) -> OffsetClock {
        self.clock.clock.clone()
    }

    /// Makes time pass.
    pub(crate) fn turn(&self, by: TimeDelta) {
        self.clock.turn(by);
    }

    /// Turns the machine's clock, as an operator or a time server does.
    pub(crate) fn jump(&self, by: TimeDelta) {
        self.wall.turn(by);
    }
}

impl Hand {
    fn of(clock: OffsetClock, file: Option<File>) -> Self {
        Self { clock, ahead: Mutex::default(), file }
    }

    fn turn(&self, by: TimeDelta) {
        let mut ahead = self.ahead.lock().unwrap();
        *ahead += by;
        self.clock.advance(by);
        if let Some(file) = &self.file {
            // Eight bytes at once: a look sees the time before or after.
            file.write_all_at(&ahead.num_microseconds().unwrap().to_le_bytes(), 0).unwrap();
        }
    }
}
