//! The limit of open files, and so of connections.

/// What a store has open beside its connections: databases, logs, calls to other processes.
const OTHER_FILES: usize = 192;

/// The smallest number of connections with which a store is of use.
const LEAST: usize = 16;

/// The most connections that are kept for operators.
const MOST_SPARE: usize = 64;

/// Raises the soft limit of open files to the hard one, and says what holds now.
///
/// # Errors
///
/// When the system does not allow it; the old limit holds then.
pub fn raise_file_limit() -> std::io::Result<usize> {
    let raised = rlimit::increase_nofile_limit(u64::MAX)?;
    Ok(usize::try_from(raised).unwrap_or(usize::MAX))
}

/// How the files that a process may have are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileBudget {
    /// Connections of the public listener.
    pub public: usize,
    /// Connections of the port server.
    pub ports: usize,
    /// Kept beside the public ones, for operators.
    pub spare: usize,
}

impl FileBudget {
    /// `wanted` public connections, or fewer when `files` allow no more. `forwards` says that requests are forwarded to
    /// other processes, for which each may need a second connection.
    pub fn of(files: usize, wanted: usize, forwards: bool) -> Self {
        let free = files.saturating_sub(OTHER_FILES.min(files / 2));
        let spare = (free / 8).clamp(4, MOST_SPARE);
        let ports = if forwards { free / 8 } else { 0 };
        let rest = free.saturating_sub(spare + ports) / if forwards { 2 } else { 1 };
        Self { public: wanted.min(rest).max(LEAST), ports: ports.max(LEAST), spare }
    }
}
