//! The full-text index of products, see `modules/catalog/src/persistence/index.rs`.

use kernel_db::{Dialect, ddl};

/// Adds the index and gives each product its number in it. The texts are written by the catalog itself, which folds
/// them: `product.indexed` is behind until it has.
///
/// The 1 in `product_unindexed` is `catalog`'s `domain::terms::RULES`.
pub(super) fn search(dialect: Dialect) -> String {
    let terms = match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    ddl::translate(dialect, &format!("{TABLES}{terms}"))
}

const TABLES: &str = "
-- indexed is version * 1000 and the number of the rules by which the product was indexed last.
ALTER TABLE product ADD COLUMN indexed @int NOT NULL DEFAULT 0;
CREATE INDEX product_unindexed ON product (id) WHERE indexed <> version * 1000 + 1;
CREATE INDEX product_unlisted ON product (status, id) WHERE status <> 'active';
-- number is the order in which products were made; title_key and price repeat the product's.
CREATE TABLE search_doc (
    number @serial,
    product_id @id NOT NULL UNIQUE,
    title_key @bytewise NOT NULL,
    price @int NOT NULL
) @strict;
INSERT INTO search_doc (product_id, title_key, price) SELECT id, title_key, price FROM product ORDER BY id;
";

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
