//! The tables of catalog, and its full-text index of products, see `modules/catalog/src/persistence/index.rs`.

use kernel_db::{Dialect, ddl};

pub(super) fn tables(dialect: Dialect) -> String {
    let terms = match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    ddl::translate(dialect, &format!("{}{terms}", include_str!("m0001_catalog.sql")))
}

/// `rowid` is `search_doc.number`. Only the terms' postings are kept, not the texts.
const SQLITE: &str = "
CREATE VIRTUAL TABLE search_text
    USING fts5 (terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
";

/// The pending list is kept short, because every search reads the whole of it.
const POSTGRES: &str = "
ALTER TABLE search_doc ADD COLUMN terms TSVECTOR NOT NULL DEFAULT '';
CREATE INDEX search_terms ON search_doc USING gin (terms) WITH (gin_pending_list_limit = 512);
";
