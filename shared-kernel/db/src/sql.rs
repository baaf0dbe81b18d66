//! Statements that have a name, and the text of any statement.

use std::{borrow::Cow, fmt, sync::OnceLock};

use crate::Dialect;

/// A statement that runs often. It is composed and translated once a process, and a snapshot keeps its text, see
/// [`crate::snapshot`].
pub struct Sql {
    name: &'static str,
    compose: fn() -> String,
    source: OnceLock<String>,
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Sql {
    /// `name` is the module's and the statement's, such as `payment.move`; `compose` writes what
    /// [`Dialect::statement`] takes.
    pub const fn new(name: &'static str, compose: fn() -> String) -> Self {
        Self { name, compose, source: OnceLock::new(), sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// As it is written for both databases.
    pub fn source(&self) -> &str {
        self.source.get_or_init(self.compose)
    }

    /// As `dialect` takes it.
    pub fn text(&self, dialect: Dialect) -> &str {
        let text = match dialect {
            Dialect::Sqlite => &self.sqlite,
            Dialect::Postgres => &self.postgres,
        };
        text.get_or_init(|| dialect.translate(self.source()))
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sql({})", self.name)
    }
}

/// What can be run: a statement with a name, or the text of one as [`Dialect::statement`] says.
#[derive(Debug, Clone, Copy)]
pub enum SqlText<'a> {
    Named(&'a Sql),
    Text(&'a str),
}

impl SqlText<'_> {
    /// As `dialect` takes it.
    pub(crate) fn translated(self, dialect: Dialect) -> String {
        match self {
            Self::Named(sql) => sql.text(dialect).to_owned(),
            Self::Text(text) => dialect.translate(text),
        }
    }
}

impl<'a> From<&'a Sql> for SqlText<'a> {
    fn from(sql: &'a Sql) -> Self {
        Self::Named(sql)
    }
}

impl<'a> From<&'a str> for SqlText<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for SqlText<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Cow<'_, str>> for SqlText<'a> {
    fn from(text: &'a Cow<'_, str>) -> Self {
        Self::Text(text)
    }
}

/// For [`crate::Write`], whose text is translated with that of the writes beside it.
impl From<&'static Sql> for Cow<'static, str> {
    fn from(sql: &'static Sql) -> Self {
        Self::Borrowed(sql.source())
    }
}
