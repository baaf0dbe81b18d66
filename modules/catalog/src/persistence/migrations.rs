//! The steps that make the tables of catalog, with its full-text index of products, see `persistence/index.rs`. A step is only
//! ever added: databases remember those that they have had.

use kernel_db::{Dialect, ddl};
use kernel_module::Step;

pub(crate) fn steps() -> Vec<Step> {
    vec![Step::kernel(), Step::own_by("m0001_catalog", tables)]
}

fn tables(dialect: Dialect) -> String {
    let terms = match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    let tables = include_str!("../../../../migrations/catalog/m0001_catalog.sql");
    ddl::translate(dialect, &format!("{tables}{terms}"))
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
