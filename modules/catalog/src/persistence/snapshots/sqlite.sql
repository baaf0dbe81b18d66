-- Written by a test, see kernel_db::snapshot. Planned by SQLite.

-- catalog.find-active
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id = COALESCE((SELECT id FROM product WHERE id = ? AND status = 'active'), (SELECT id FROM product WHERE slug = ? AND status = 'active'), (SELECT product_id FROM variant WHERE sku = ?)) AND p.status = 'active'
ORDER BY v.place
--   SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)
--   SEARCH product USING INDEX sqlite_autoindex_product_1 (id=?)
--   SEARCH product USING INDEX sqlite_autoindex_product_2 (slug=?)
--   SEARCH variant USING PRIMARY KEY (sku=?)
--   SEARCH v USING INDEX variant_of_product (product_id=?)

-- catalog.find
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id = ?
ORDER BY v.place
--   SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)
--   SEARCH v USING INDEX variant_of_product (product_id=?)

-- catalog.lock
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id = ?
ORDER BY v.place
--   SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)
--   SEARCH v USING INDEX variant_of_product (product_id=?)

-- catalog.of-ids
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id IN (SELECT unhex(value ->> 0) FROM json_each(?))
ORDER BY p.id, v.place
--   SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)
--   SEARCH v USING INDEX variant_of_product (product_id=?)

-- catalog.lock-owners
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id IN (SELECT owned.product_id FROM variant owned WHERE owned.sku IN (SELECT value ->> 0 FROM json_each(?)))
ORDER BY p.id, v.place
--   SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)
--   SEARCH owned USING PRIMARY KEY (sku=?)
--   SEARCH v USING INDEX variant_of_product (product_id=?)

-- catalog.lock-all
SELECT p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, v.title AS variant,
v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END AS description,
CASE WHEN v.place = 0 THEN p.categories END AS categories, CASE WHEN v.place = 0 THEN p.options END AS options,
CASE WHEN v.place = 0 THEN p.images END AS images
FROM product p JOIN variant v ON v.product_id = p.id
WHERE p.id IN (SELECT unhex(value ->> 0) FROM json_each(?))
ORDER BY p.id, v.place
--   SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)
--   SEARCH v USING INDEX variant_of_product (product_id=?)

-- catalog.taken
SELECT v.sku, p.id, p.slug, p.title, p.status
FROM variant v JOIN product p ON p.id = v.product_id
WHERE v.sku IN (SELECT value ->> 0 FROM json_each(?)) AND p.id <> ?
--   SEARCH v USING PRIMARY KEY (sku=?)
--   SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)

-- catalog.quote
SELECT v.sku, v.price, v.currency, p.title AS product, v.title AS variant, p.status
FROM variant v JOIN product p ON p.id = v.product_id
WHERE v.sku IN (SELECT value ->> 0 FROM json_each(?))
--   SEARCH v USING PRIMARY KEY (sku=?)
--   SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)

-- catalog.slugs-of-products
SELECT slug
FROM product
WHERE slug IN (SELECT value ->> 0 FROM json_each(?))
--   SEARCH product USING COVERING INDEX sqlite_autoindex_product_2 (slug=?)

-- catalog.slugs-of-categories
SELECT slug
FROM category
WHERE slug IN (SELECT value ->> 0 FROM json_each(?))
--   SEARCH category USING COVERING INDEX sqlite_autoindex_category_2 (slug=?)

-- catalog.save-products
INSERT INTO product (id, slug, status, version, title, title_key, price, currency, categories, options, images, created_at, updated_at, words, description, indexed)
SELECT unhex(value ->> 0) AS id, value ->> 1 AS slug, value ->> 2 AS status, CAST(value ->> 3 AS bigint) AS version,
value ->> 4 AS title, value ->> 5 AS title_key, CAST(value ->> 6 AS bigint) AS price, value ->> 7 AS currency,
value ->> 8 AS categories, value ->> 9 AS options, value ->> 10 AS images, (value ->> 11) AS created_at,
(value ->> 12) AS updated_at, value ->> 13 AS words, value ->> 14 AS description, CAST(value ->> 15 AS bigint) AS indexed
FROM json_each(?)
WHERE true
ON CONFLICT (id) DO UPDATE
SET status = excluded.status, version = excluded.version, title = excluded.title, title_key = excluded.title_key,
price = excluded.price, currency = excluded.currency, categories = excluded.categories, options = excluded.options,
images = excluded.images, updated_at = excluded.updated_at, words = excluded.words, description = excluded.description,
indexed = CASE WHEN product.indexed = product.version * 1000 + 1 THEN excluded.indexed ELSE product.indexed END
--   SEARCH search_doc USING COVERING INDEX sqlite_autoindex_search_doc_1 (product_id=?)
--   SCAN shelf USING INDEX shelf_by_price
--   SEARCH variant USING INDEX variant_of_product (product_id=?)

-- catalog.indexed
UPDATE product
SET indexed = version * 1000 + 1
WHERE id IN (SELECT unhex(value ->> 0) FROM json_each(?))
--   SEARCH product USING COVERING INDEX sqlite_autoindex_product_1 (id=?)

-- catalog.save-variants
INSERT INTO variant (sku, product_id, place, title, options, price, currency)
SELECT value ->> 0 AS sku, unhex(value ->> 1) AS product_id, CAST(value ->> 2 AS bigint) AS place,
value ->> 3 AS title, value ->> 4 AS options, CAST(value ->> 5 AS bigint) AS price, value ->> 6 AS currency
FROM json_each(?)
WHERE true
ON CONFLICT (sku) DO UPDATE
SET place = excluded.place, title = excluded.title, options = excluded.options, price = excluded.price,
currency = excluded.currency
WHERE variant.product_id = excluded.product_id

-- catalog.withdraw
DELETE FROM variant
WHERE (sku, product_id) IN (SELECT value ->> 0 AS sku, unhex(value ->> 1) AS product_id FROM json_each(?))
--   SEARCH variant USING PRIMARY KEY (sku=?)

-- catalog.save-shelves
INSERT INTO shelf (category, listed, product_id, title_key, price)
SELECT CAST(value ->> 0 AS bigint) AS category, CAST(value ->> 1 AS bigint) AS listed, unhex(value ->> 2) AS product_id,
value ->> 3 AS title_key, CAST(value ->> 4 AS bigint) AS price
FROM json_each(?)
WHERE true
ON CONFLICT (category, listed, product_id) DO UPDATE
SET title_key = excluded.title_key, price = excluded.price

-- catalog.leave-shelves
DELETE FROM shelf
WHERE (category, listed, product_id) IN (SELECT CAST(value ->> 0 AS bigint) AS category, CAST(value ->> 1 AS bigint) AS listed, unhex(value ->> 2) AS product_id FROM json_each(?))
--   SEARCH shelf USING PRIMARY KEY (category=? AND listed=? AND product_id=?)

-- catalog.index-keys
INSERT INTO search_doc (product_id, title_key, price)
SELECT unhex(value ->> 0) AS product_id, value ->> 1 AS title_key, CAST(value ->> 2 AS bigint) AS price
FROM json_each(?)
WHERE true
ON CONFLICT (product_id) DO UPDATE
SET title_key = excluded.title_key, price = excluded.price

-- catalog.index-forget-text
DELETE FROM search_text
WHERE rowid IN (SELECT d.number FROM (SELECT unhex(value ->> 0) AS product_id, value ->> 1 AS title_key, CAST(value ->> 2 AS bigint) AS price FROM json_each(?)) AS doc JOIN search_doc d ON d.product_id = doc.product_id)
--   SCAN search_text VIRTUAL TABLE INDEX 0:=
--   SEARCH d USING COVERING INDEX sqlite_autoindex_search_doc_1 (product_id=?)

-- catalog.index-add-text
INSERT INTO search_text (rowid, terms)
SELECT d.number, doc.terms
FROM (SELECT unhex(value ->> 0) AS product_id, value ->> 1 AS title_key, CAST(value ->> 2 AS bigint) AS price, value ->> 3 AS terms FROM json_each(?)) AS doc CROSS JOIN search_doc d
WHERE d.product_id = doc.product_id
--   SEARCH d USING COVERING INDEX sqlite_autoindex_search_doc_1 (product_id=?)

-- catalog.behind
SELECT id
FROM product
WHERE indexed <> version * 1000 + 1
ORDER BY id LIMIT ?
--   SCAN product USING INDEX product_unindexed

-- catalog.hints
SELECT search_hint.generation, search_hint.list, search_hint.term, search_hint.b0, search_hint.b1,
search_hint.b2, search_hint.b3, search_hint.b4, search_hint.b5, search_hint.b6, search_hint.b7
FROM (SELECT CAST(value ->> 0 AS bigint) AS generation, CAST(value ->> 1 AS bigint) AS list, value ->> 2 AS term FROM json_each(?)) AS wanted JOIN search_hint ON search_hint.generation = wanted.generation AND search_hint.list = wanted.list AND search_hint.term = wanted.term
--   SEARCH search_hint USING PRIMARY KEY (generation=? AND list=? AND term=?)

-- catalog.save-hints
INSERT INTO search_hint (generation, list, term, b0, b1, b2, b3, b4, b5, b6, b7)
SELECT CAST(value ->> 0 AS bigint) AS generation, CAST(value ->> 1 AS bigint) AS list, value ->> 2 AS term,
CAST(value ->> 3 AS bigint) AS b0, CAST(value ->> 4 AS bigint) AS b1, CAST(value ->> 5 AS bigint) AS b2,
CAST(value ->> 6 AS bigint) AS b3, CAST(value ->> 7 AS bigint) AS b4, CAST(value ->> 8 AS bigint) AS b5,
CAST(value ->> 9 AS bigint) AS b6, CAST(value ->> 10 AS bigint) AS b7
FROM json_each(?)
WHERE true
ON CONFLICT (generation, list, term) DO UPDATE
SET b0 = search_hint.b0 | excluded.b0, b1 = search_hint.b1 | excluded.b1, b2 = search_hint.b2 | excluded.b2,
b3 = search_hint.b3 | excluded.b3, b4 = search_hint.b4 | excluded.b4, b5 = search_hint.b5 | excluded.b5,
b6 = search_hint.b6 | excluded.b6, b7 = search_hint.b7 | excluded.b7

-- catalog.save-parts
INSERT INTO search_part (generation, list, part, low_name, low_price)
SELECT CAST(value ->> 0 AS bigint) AS generation, CAST(value ->> 1 AS bigint) AS list, CAST(value ->> 2 AS bigint) AS part,
value ->> 3 AS low_name, CAST(value ->> 4 AS bigint) AS low_price
FROM json_each(?)
WHERE true
ON CONFLICT (generation, list, part) DO NOTHING

-- catalog.scan
SELECT id, title_key, price, words, categories
FROM product
WHERE status = 'active' AND id > ?
ORDER BY id LIMIT ?
--   SEARCH product USING INDEX product_newest (id>?)

-- catalog.unknown
SELECT wanted.sku
FROM (SELECT value ->> 0 AS sku FROM json_each(?)) AS wanted
WHERE NOT EXISTS (SELECT 1 FROM variant WHERE variant.sku = wanted.sku)
--   SEARCH variant USING PRIMARY KEY (sku=?)
