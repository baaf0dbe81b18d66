//! Keeps files from other users of the machine, whatever the umask is.

use std::{
    fs::{OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::guard;

/// Read and written by its owner alone.
const OWNER_ONLY: u32 = 0o600;

/// What the group and everyone else may do.
const OTHERS: u32 = 0o077;

/// Makes `file` for its owner alone, or takes from others what they may do with it.
pub fn make(file: &Path) -> io::Result<()> {
    if guard::sabotaged("private.files") {
        return Ok(());
    }
    match OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => mend(file),
        Err(error) => Err(error),
    }
}

/// Takes from others what they may do with `file`. One that is not there is fine.
pub fn mend(file: &Path) -> io::Result<()> {
    let mode = match std::fs::metadata(file) {
        Ok(about) => about.permissions().mode(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let others = mode & OTHERS;
    if others == 0 || guard::sabotaged("private.files") {
        return Ok(());
    }
    std::fs::set_permissions(file, Permissions::from_mode(mode & 0o700 & !0o100))
}

/// The files of a SQLite database: itself, its log and the log's index, a journal from before. SQLite gives those that it
/// makes later what the first one has.
pub fn database_files(file: &Path) -> impl Iterator<Item = PathBuf> {
    ["", "-wal", "-shm", "-journal"].into_iter().map(|end| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        name.into()
    })
}
