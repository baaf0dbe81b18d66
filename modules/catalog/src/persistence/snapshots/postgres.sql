-- Written by a test, see kernel_db::snapshot. Planned by Postgres 15.

-- catalog.find-active
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id = COALESCE((SELECT id FROM product WHERE id = $1 AND status = 'active'), (SELECT id FROM product WHERE slug = $2 AND status = 'active'), (SELECT product_id FROM variant WHERE sku = $3)) AND p.status = 'active'
ORDER BY v.place
--   Sort
--       ->  Index Only Scan using product_by_price on product
--       ->  Index Scan using product_by_price on product product_1
--       ->  Index Scan using variant_pkey on variant
--     ->  Nested Loop
--           ->  Index Scan using product_by_price on product p
--           ->  Bitmap Heap Scan on variant v
--                 ->  Bitmap Index Scan on variant_of_product

-- catalog.find
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id = $1
ORDER BY v.place
--   Sort
--     ->  Nested Loop
--           ->  Index Scan using product_pkey on product p
--           ->  Bitmap Heap Scan on variant v
--                 ->  Bitmap Index Scan on variant_of_product

-- catalog.lock
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id = $1
ORDER BY v.place FOR UPDATE
--   LockRows
--     ->  Sort
--           ->  Nested Loop
--                 ->  Index Scan using product_pkey on product p
--                 ->  Bitmap Heap Scan on variant v
--                       ->  Bitmap Index Scan on variant_of_product

-- catalog.of-ids
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
ORDER BY p.id, v.place
--   Sort
--     ->  Nested Loop
--           ->  Nested Loop
--                 ->  HashAggregate
--                 ->  Index Scan using product_pkey on product p
--           ->  Index Scan using variant_of_product on variant v

-- catalog.lock-owners
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id IN (SELECT owned.product_id FROM variant owned WHERE owned.sku IN (SELECT value ->> 0 FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given))
ORDER BY p.id, v.place FOR UPDATE
--   LockRows
--     ->  Sort
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  HashAggregate
--                             ->  Nested Loop
--                                   ->  HashAggregate
--                                   ->  Index Scan using variant_pkey on variant owned
--                       ->  Index Scan using product_pkey on product p
--                 ->  Index Scan using variant_of_product on variant v

-- catalog.lock-all
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
ORDER BY p.id, v.place FOR UPDATE
--   LockRows
--     ->  Sort
--           ->  Nested Loop
--                 ->  Nested Loop
--                       ->  HashAggregate
--                       ->  Index Scan using product_pkey on product p
--                 ->  Index Scan using variant_of_product on variant v

-- catalog.taken
SELECT v.sku, p.id, p.slug, p.title, p.status
FROM variant v JOIN product p ON p.id = v.product_id
WHERE v.sku IN (SELECT value ->> 0 FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AND p.id <> $2
--   Nested Loop
--     ->  Nested Loop
--           ->  HashAggregate
--           ->  Index Scan using variant_pkey on variant v
--     ->  Index Scan using product_pkey on product p

-- catalog.quote
SELECT v.sku, v.price, v.currency, p.title AS product, v.title AS variant, p.status
FROM variant v JOIN product p ON p.id = v.product_id
WHERE v.sku IN (SELECT value ->> 0 FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Nested Loop
--     ->  Nested Loop
--           ->  HashAggregate
--           ->  Index Scan using variant_pkey on variant v
--     ->  Index Scan using product_pkey on product p

-- catalog.slugs-of-products
SELECT slug
FROM product
WHERE slug IN (SELECT value ->> 0 FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Nested Loop
--     ->  HashAggregate
--     ->  Index Only Scan using product_slug_key on product

-- catalog.slugs-of-categories
SELECT slug
FROM category
WHERE slug IN (SELECT value ->> 0 FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Nested Loop
--     ->  HashAggregate
--     ->  Index Only Scan using category_slug_key on category

-- catalog.save-products
INSERT INTO product (id, slug, status, version, title, title_key, price, currency, categories, options, images, created_at, updated_at, words, description, indexed)
SELECT uuid(value ->> 0) AS id, value ->> 1 AS slug, value ->> 2 AS status, CAST(value ->> 3 AS bigint) AS version,
value ->> 4 AS title, value ->> 5 AS title_key, CAST(value ->> 6 AS bigint) AS price, value ->> 7 AS currency,
value ->> 8 AS categories, value ->> 9 AS options, value ->> 10 AS images, timestamptz(value ->> 11) AS created_at,
timestamptz(value ->> 12) AS updated_at, value ->> 13 AS words, value ->> 14 AS description,
CAST(value ->> 15 AS bigint) AS indexed
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (id) DO UPDATE
SET status = excluded.status, version = excluded.version, title = excluded.title, title_key = excluded.title_key,
price = excluded.price, currency = excluded.currency, categories = excluded.categories, options = excluded.options,
images = excluded.images, updated_at = excluded.updated_at, words = excluded.words, description = excluded.description,
indexed = CASE WHEN product.indexed = product.version * 1000 + 1 THEN excluded.indexed ELSE product.indexed END
--   Insert on product

-- catalog.indexed
UPDATE product
SET indexed = version * 1000 + 1
WHERE id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Update on product
--     ->  Nested Loop
--           ->  HashAggregate
--           ->  Index Scan using product_pkey on product

-- catalog.save-variants
INSERT INTO variant (sku, product_id, place, title, options, price, currency)
SELECT value ->> 0 AS sku, uuid(value ->> 1) AS product_id, CAST(value ->> 2 AS bigint) AS place,
value ->> 3 AS title, value ->> 4 AS options, CAST(value ->> 5 AS bigint) AS price, value ->> 6 AS currency
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (sku) DO UPDATE
SET place = excluded.place, title = excluded.title, options = excluded.options, price = excluded.price,
currency = excluded.currency
WHERE variant.product_id = excluded.product_id
--   Insert on variant

-- catalog.withdraw
DELETE FROM variant
WHERE (sku, product_id) IN (SELECT value ->> 0 AS sku, uuid(value ->> 1) AS product_id FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Delete on variant
--     ->  Nested Loop
--           ->  HashAggregate
--           ->  Index Scan using variant_pkey on variant

-- catalog.save-shelves
INSERT INTO shelf (category, listed, product_id, title_key, price)
SELECT CAST(value ->> 0 AS bigint) AS category, CAST(value ->> 1 AS bigint) AS listed, uuid(value ->> 2) AS product_id,
value ->> 3 AS title_key, CAST(value ->> 4 AS bigint) AS price
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (category, listed, product_id) DO UPDATE
SET title_key = excluded.title_key, price = excluded.price
--   Insert on shelf

-- catalog.leave-shelves
DELETE FROM shelf
WHERE (category, listed, product_id) IN (SELECT CAST(value ->> 0 AS bigint) AS category, CAST(value ->> 1 AS bigint) AS listed, uuid(value ->> 2) AS product_id FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Delete on shelf
--     ->  Nested Loop
--           ->  HashAggregate
--           ->  Memoize
--                 ->  Index Scan using shelf_by_price on shelf

-- catalog.index-keys
INSERT INTO search_doc (product_id, title_key, price)
SELECT uuid(value ->> 0) AS product_id, value ->> 1 AS title_key, CAST(value ->> 2 AS bigint) AS price
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (product_id) DO UPDATE
SET title_key = excluded.title_key, price = excluded.price
--   Insert on search_doc

-- catalog.index-keys-and-terms
INSERT INTO search_doc (product_id, title_key, price, terms)
SELECT product_id, title_key, price, CAST(terms AS tsvector)
FROM (SELECT uuid(value ->> 0) AS product_id, value ->> 1 AS title_key, CAST(value ->> 2 AS bigint) AS price, value ->> 3 AS terms FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS doc
WHERE true
ON CONFLICT (product_id) DO UPDATE
SET title_key = excluded.title_key, price = excluded.price, terms = excluded.terms
--   Insert on search_doc

-- catalog.behind
SELECT id
FROM product
WHERE indexed <> version * 1000 + 1
ORDER BY id LIMIT $1
--     ->  Index Only Scan using product_unindexed on product

-- catalog.hints
SELECT search_hint.generation, search_hint.list, search_hint.term, search_hint.b0, search_hint.b1,
search_hint.b2, search_hint.b3, search_hint.b4, search_hint.b5, search_hint.b6, search_hint.b7
FROM (SELECT CAST(value ->> 0 AS bigint) AS generation, CAST(value ->> 1 AS bigint) AS list, value ->> 2 AS term FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS wanted JOIN search_hint ON search_hint.generation = wanted.generation AND search_hint.list = wanted.list AND search_hint.term = wanted.term
--   Nested Loop
--     ->  Index Scan using search_hint_pkey on search_hint

-- catalog.save-hints
INSERT INTO search_hint (generation, list, term, b0, b1, b2, b3, b4, b5, b6, b7)
SELECT CAST(value ->> 0 AS bigint) AS generation, CAST(value ->> 1 AS bigint) AS list, value ->> 2 AS term,
CAST(value ->> 3 AS bigint) AS b0, CAST(value ->> 4 AS bigint) AS b1, CAST(value ->> 5 AS bigint) AS b2,
CAST(value ->> 6 AS bigint) AS b3, CAST(value ->> 7 AS bigint) AS b4, CAST(value ->> 8 AS bigint) AS b5,
CAST(value ->> 9 AS bigint) AS b6, CAST(value ->> 10 AS bigint) AS b7
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (generation, list, term) DO UPDATE
SET b0 = search_hint.b0 | excluded.b0, b1 = search_hint.b1 | excluded.b1, b2 = search_hint.b2 | excluded.b2,
b3 = search_hint.b3 | excluded.b3, b4 = search_hint.b4 | excluded.b4, b5 = search_hint.b5 | excluded.b5,
b6 = search_hint.b6 | excluded.b6, b7 = search_hint.b7 | excluded.b7
--   Insert on search_hint

-- catalog.save-parts
INSERT INTO search_part (generation, list, part, low_name, low_price)
SELECT CAST(value ->> 0 AS bigint) AS generation, CAST(value ->> 1 AS bigint) AS list, CAST(value ->> 2 AS bigint) AS part,
value ->> 3 AS low_name, CAST(value ->> 4 AS bigint) AS low_price
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (generation, list, part) DO NOTHING
--   Insert on search_part

-- catalog.scan
SELECT id, title_key, price, words, categories
FROM product
WHERE status = 'active' AND id > $1
ORDER BY id LIMIT $2
--     ->  Index Scan using product_newest on product

-- catalog.unknown
SELECT wanted.sku
FROM (SELECT value ->> 0 AS sku FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS wanted
WHERE NOT EXISTS (SELECT 1 FROM variant WHERE variant.sku = wanted.sku)
--   Nested Loop Anti Join
--     ->  Index Only Scan using variant_pkey on variant
