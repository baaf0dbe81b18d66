//! The clock of a shop, which a story turns: by hand in this process, through a file in others.

use std::{
    fs::File,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Mutex,
};

use chrono::TimeDelta;
use kernel::clock::OffsetClock;

/// Turns the clocks of every process of a shop.
#[derive(Debug, Default)]
pub(crate) struct Hands {
    clock: OffsetClock,
    ahead: Mutex<TimeDelta>,
    file: Option<File>,
}

impl Hands {
    /// The hands of processes that read `BANYAN_TEST_CLOCK` in `folder`, and of this one.
    pub(crate) fn in_folder(folder: &Path) -> (Self, PathBuf) {
        let path = folder.join("clock");
        let file = File::create_new(&path).unwrap();
        (Self { file: Some(file), ..Self::default() }, path)
    }

    /// The clock in this process.
    pub(crate) fn clock(&self) -> OffsetClock {
        self.clock.clone()
    }

    pub(crate) fn turn(&self, by: TimeDelta) {
        let mut ahead = self.ahead.lock().unwrap();
        *ahead += by;
        self.clock.advance(by);
        if let Some(file) = &self.file {
            // Eight bytes at once: whoever looks meanwhile sees the time before or after.
            file.write_all_at(&ahead.num_microseconds().unwrap().to_le_bytes(), 0).unwrap();
        }
    }
}
