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

/// Adds what is known of the parts of sorted lists, see `modules/catalog/src/persistence/ranges.rs`. They stay empty
/// until the catalog has made a first generation.
pub(super) fn ranges(dialect: Dialect) -> String {
    ddl::translate(dialect, RANGES)
}

const RANGES: &str = "
-- One row. ready is the generation in use, building the one that is being made; 0 for none.
CREATE TABLE search_map (
    one @int PRIMARY KEY CHECK (one = 1),
    ready @int NOT NULL,
    building @int NOT NULL,
    products @int NOT NULL
) @strict;
INSERT INTO search_map (one, ready, building, products) VALUES (1, 0, 0, 0);
-- Where the lists by name (1) and by price (2) are cut.
CREATE TABLE search_part (
    generation @int NOT NULL,
    list @int NOT NULL,
    part @int NOT NULL,
    low_name @bytewise,
    low_price @int,
    PRIMARY KEY (generation, list, part)
) @clustered;
-- A bit for each part that has a product with the term.
CREATE TABLE search_hint (
    generation @int NOT NULL,
    list @int NOT NULL,
    term @bytewise NOT NULL,
    b0 @int NOT NULL,
    b1 @int NOT NULL,
    b2 @int NOT NULL,
    b3 @int NOT NULL,
    b4 @int NOT NULL,
    b5 @int NOT NULL,
    b6 @int NOT NULL,
    b7 @int NOT NULL,
    PRIMARY KEY (generation, list, term)
) @clustered;
";
