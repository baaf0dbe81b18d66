-- The version of the category tree. Whoever changes the tree locks this row, so two moves cannot make a cycle.
CREATE TABLE tree (
    one @int PRIMARY KEY CHECK (one = 1),
    version @int NOT NULL
) @strict;
INSERT INTO tree VALUES (1, 1);

CREATE TABLE category (
    number @serial,
    id @id NOT NULL UNIQUE,
    parent @int REFERENCES category (number) CHECK (parent <> number),
    slug @bytewise NOT NULL UNIQUE,
    title @text NOT NULL CHECK (title <> ''),
    created_at @time NOT NULL,
    updated_at @time NOT NULL
) @strict;
CREATE INDEX category_children ON category (parent);

-- title_key, price and words are what lists sort and search by; the domain derives them.
-- version counts the product's events, so it is the version of its stream.
CREATE TABLE product (
    id @id PRIMARY KEY,
    slug @bytewise NOT NULL UNIQUE,
    status @text NOT NULL CHECK (status IN ('active', 'draft', 'archived')),
    version @int NOT NULL CHECK (version > 0),
    title @text NOT NULL CHECK (title <> ''),
    title_key @bytewise NOT NULL,
    price @int NOT NULL CHECK (price >= 0),
    currency @text NOT NULL,
    categories @text NOT NULL,
    options @text NOT NULL,
    images @text NOT NULL,
    created_at @time NOT NULL,
    updated_at @time NOT NULL,
    words @text NOT NULL,
    description @text NOT NULL,
    -- version * 1000 and the number of the rules by which the product was indexed last; behind until the catalog has
    -- written the product's terms. The 1 in `product_unindexed` is `catalog`'s `domain::terms::RULES`.
    indexed @int NOT NULL DEFAULT 0
) @strict;
CREATE INDEX product_unindexed ON product (id) WHERE indexed <> version * 1000 + 1;
CREATE INDEX product_unlisted ON product (status, id) WHERE status <> 'active';
CREATE INDEX product_newest ON product (id) WHERE status = 'active';
CREATE INDEX product_by_title ON product (title_key, id) WHERE status = 'active';
CREATE INDEX product_by_price ON product (price, id) WHERE status = 'active';

CREATE TABLE variant (
    sku @bytewise PRIMARY KEY,
    product_id @id NOT NULL REFERENCES product (id),
    place @int NOT NULL CHECK (place >= 0),
    title @text,
    options @text NOT NULL,
    price @int NOT NULL CHECK (price >= 0),
    currency @text NOT NULL
) @clustered;
CREATE INDEX variant_of_product ON variant (product_id, place);

-- Where a product stands: one row for each of its categories. listed says that the product is active.
CREATE TABLE shelf (
    category @int NOT NULL REFERENCES category (number),
    listed @int NOT NULL CHECK (listed IN (0, 1)),
    product_id @id NOT NULL REFERENCES product (id),
    title_key @bytewise NOT NULL,
    price @int NOT NULL,
    PRIMARY KEY (category, listed, product_id)
) @clustered;
CREATE INDEX shelf_by_title ON shelf (category, listed, title_key, product_id);
CREATE INDEX shelf_by_price ON shelf (category, listed, price, product_id);

-- number is the order in which products were made; title_key and price repeat the product's. The terms are kept in
-- `search_text` on SQLite and in a column here on Postgres.
CREATE TABLE search_doc (
    number @serial,
    product_id @id NOT NULL UNIQUE REFERENCES product (id),
    title_key @bytewise NOT NULL,
    price @int NOT NULL
) @strict;

-- Of the parts of sorted lists, see `modules/catalog/src/persistence/ranges.rs`. They stay empty until the catalog has made a
-- first generation.
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
