-- Written by a test, see kernel_db::snapshot. Planned by Postgres 15.

-- inventory.lock-claims
SELECT order_id, status, until, unpaid, shortage, lines, in_ledger, version, created_at, created_by,
committed_at, committed_by
FROM claim
WHERE order_id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
ORDER BY order_id FOR UPDATE
--   LockRows
--     ->  Sort
--           ->  Nested Loop
--                 ->  HashAggregate
--                 ->  Index Scan using claim_pkey on claim

-- inventory.lock-levels
SELECT sku, on_hand, available, low_stock_threshold, version
FROM level
WHERE sku IN (SELECT value ->> 0 FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
ORDER BY sku FOR UPDATE
--   LockRows
--     ->  Sort
--           ->  Nested Loop
--                 ->  HashAggregate
--                 ->  Index Scan using level_pkey on level

-- inventory.holdings
SELECT line.value ->> 0 AS sku, CAST(SUM(CAST(line.value ->> 2 AS bigint)) AS bigint) AS held,
CAST(SUM(CASE WHEN claim.unpaid = 1 THEN CAST(line.value ->> 2 AS bigint) ELSE 0 END) AS bigint) AS unpaid
FROM claim, json_array_elements(claim.lines) AS line
WHERE claim.status = 'held' AND line.value ->> 0 IN (SELECT value ->> 0 FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
GROUP BY line.value ->> 0
--   GroupAggregate
--     ->  Sort
--           ->  Nested Loop
--                 ->  Bitmap Heap Scan on claim
--                       ->  Bitmap Index Scan on claim_held
--                 ->  Nested Loop Semi Join
--                       ->  Function Scan on json_array_elements line
--                       ->  Materialize

-- inventory.make-claims
INSERT INTO claim (order_id, status, until, unpaid, shortage, lines, in_ledger, version, created_at, created_by, committed_at, committed_by)
SELECT uuid(value ->> 0) AS order_id, value ->> 1 AS status, timestamptz(value ->> 2) AS until,
CAST(value ->> 3 AS bigint) AS unpaid, NULLIF(value -> 4, 'null') AS shortage, value -> 5 AS lines,
CAST(value ->> 6 AS bigint) AS in_ledger, CAST(value ->> 7 AS bigint) AS version, timestamptz(value ->> 8) AS created_at,
value ->> 9 AS created_by, timestamptz(value ->> 10) AS committed_at, value ->> 11 AS committed_by
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
--   Insert on claim

-- inventory.change-claims
WITH changed AS MATERIALIZED (SELECT uuid(value ->> 0) AS order_id, value ->> 1 AS status, timestamptz(value ->> 2) AS until, CAST(value ->> 3 AS bigint) AS unpaid, NULLIF(value -> 4, 'null') AS shortage, value -> 5 AS lines, CAST(value ->> 6 AS bigint) AS in_ledger, CAST(value ->> 7 AS bigint) AS version, timestamptz(value ->> 8) AS created_at, value ->> 9 AS created_by, timestamptz(value ->> 10) AS committed_at, value ->> 11 AS committed_by FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
UPDATE claim
SET status = changed.status, until = changed.until, unpaid = changed.unpaid, shortage = changed.shortage,
lines = changed.lines, in_ledger = changed.in_ledger, version = changed.version, committed_at = changed.committed_at,
committed_by = changed.committed_by
FROM changed
WHERE claim.order_id = changed.order_id
--   Update on claim
--     ->  Nested Loop
--           ->  CTE Scan on changed
--           ->  Index Scan using claim_pkey on claim

-- inventory.find-by-sku
INSERT INTO claim_sku (sku, created_at, order_id)
SELECT value ->> 0 AS sku, timestamptz(value ->> 1) AS created_at, uuid(value ->> 2) AS order_id
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
--   Insert on claim_sku

-- inventory.move-levels
WITH moved AS MATERIALIZED (SELECT value ->> 0 AS sku, CAST(value ->> 1 AS bigint) AS on_hand, CAST(value ->> 2 AS bigint) AS available, CAST(value ->> 3 AS bigint) AS told FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
UPDATE level
SET on_hand = level.on_hand + moved.on_hand, available = level.available + moved.available,
version = level.version + moved.told
FROM moved
WHERE level.sku = moved.sku AND level.available + moved.available >= 0
--   Update on level
--     ->  Nested Loop
--           ->  CTE Scan on moved
--           ->  Index Scan using level_pkey on level

-- inventory.enter
INSERT INTO ledger (sku, kind, delta_on_hand, delta_held, delta_committed, order_id, reason, actor, at)
SELECT value ->> 0 AS sku, value ->> 1 AS kind, CAST(value ->> 2 AS bigint) AS delta_on_hand,
CAST(value ->> 3 AS bigint) AS delta_held, CAST(value ->> 4 AS bigint) AS delta_committed, uuid(value ->> 5) AS order_id,
value ->> 6 AS reason, value ->> 7 AS actor, timestamptz(value ->> 8) AS at
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
--   Insert on ledger

-- inventory.introduce
INSERT INTO level (sku, on_hand, available, low_stock_threshold, version)
SELECT value ->> 0 AS sku, CAST(value ->> 1 AS bigint) AS on_hand, CAST(value ->> 2 AS bigint) AS available,
CAST(value ->> 3 AS bigint) AS low_stock_threshold, CAST(value ->> 4 AS bigint) AS version
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (sku) DO NOTHING
RETURNING sku
--   Insert on level

-- inventory.forget-skus
DELETE
FROM claim_sku
WHERE (sku, created_at, order_id) IN (SELECT line.value ->> 0, claim.created_at, claim.order_id FROM claim, json_array_elements(claim.lines) AS line WHERE claim.order_id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given))
--   Delete on claim_sku
--     ->  Nested Loop
--           ->  HashAggregate
--                 ->  Nested Loop
--                       ->  Nested Loop
--                             ->  HashAggregate
--                             ->  Index Scan using claim_pkey on claim
--                       ->  Function Scan on json_array_elements line
--           ->  Index Scan using claim_sku_pkey on claim_sku

-- inventory.forget-claims
DELETE
FROM claim
WHERE status IN ('released', 'refused') AND in_ledger = 1 AND order_id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Delete on claim
--     ->  Nested Loop
--           ->  HashAggregate
--           ->  Memoize
--                 ->  Index Scan using claim_pkey on claim

-- inventory.available
SELECT sku, available
FROM level
WHERE sku IN (SELECT value ->> 0 FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Nested Loop
--     ->  HashAggregate
--     ->  Index Scan using level_pkey on level

-- inventory.claims-of
SELECT order_id, status, until, unpaid, shortage, lines, in_ledger, version, created_at, created_by,
committed_at, committed_by
FROM claim
WHERE order_id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Nested Loop
--     ->  HashAggregate
--     ->  Index Scan using claim_pkey on claim

-- inventory.claims-of-sku
SELECT claim.order_id, claim.status, claim.until, claim.unpaid, claim.shortage, claim.lines,
claim.in_ledger, claim.version, claim.created_at, claim.created_by, claim.committed_at, claim.committed_by
FROM claim JOIN (SELECT claim_sku.order_id AS found FROM claim_sku WHERE claim_sku.sku = $1 AND (claim_sku.created_at, claim_sku.order_id) <= ($2, $3) ORDER BY claim_sku.created_at DESC, claim_sku.order_id DESC LIMIT $4) AS of_sku ON claim.order_id = of_sku.found
ORDER BY created_at DESC, order_id DESC
--   Sort
--     ->  Nested Loop
--                 ->  Index Only Scan Backward using claim_sku_pkey on claim_sku
--           ->  Index Scan using claim_pkey on claim

-- inventory.lapsed
SELECT order_id
FROM claim
WHERE status = 'held' AND until < $1
ORDER BY until LIMIT $2
--     ->  Index Scan using claim_held on claim
