//! Where a module's data lives.

use std::{path::PathBuf, time::Duration};

/// How much a commit promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// What was acknowledged survives a power cut.
    #[default]
    Full,
    /// The last moments before a power cut may be lost. Never the default.
    Relaxed,
}

/// One module's database.
#[derive(Debug, Clone)]
pub enum Target {
    Sqlite {
        file: PathBuf,
        /// Read connections; there is always exactly one that writes.
        readers: u32,
    },
    Postgres {
        /// `postgres://user:password@host/database`
        url: String,
        /// The module's own schema.
        schema: String,
        connections: u32,
    },
    /// The same Postgres for a process that reads whole tables and writes nothing, such as `banyan check`.
    Survey {
        url: String,
        schema: String,
        /// The longest that one statement may take.
        limit: Duration,
    },
}

impl Target {
    pub fn sqlite(file: impl Into<PathBuf>) -> Self {
        Self::Sqlite { file: file.into(), readers: 4 }
    }

    pub fn postgres(url: impl Into<String>, schema: impl Into<String>) -> Self {
        Self::Postgres { url: url.into(), schema: schema.into(), connections: 10 }
    }
}

/// How long a statement may wait for a lock or a connection before it gives up.
pub(crate) const WAIT: Duration = Duration::from_secs(5);
