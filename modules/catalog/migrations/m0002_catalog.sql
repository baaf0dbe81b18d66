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
    description @text NOT NULL
) @strict;
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
    product_id @id NOT NULL,
    title_key @bytewise NOT NULL,
    price @int NOT NULL,
    PRIMARY KEY (category, listed, product_id)
) @clustered;
CREATE INDEX shelf_by_title ON shelf (category, listed, title_key, product_id);
CREATE INDEX shelf_by_price ON shelf (category, listed, price, product_id);

-- Every word of an active product's title, description and SKUs.
CREATE TABLE word (
    word @bytewise NOT NULL,
    product_id @id NOT NULL,
    PRIMARY KEY (word, product_id)
) @clustered;
