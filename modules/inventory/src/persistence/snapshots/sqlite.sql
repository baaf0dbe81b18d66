-- Written by a test, see kernel_db::snapshot. Planned by SQLite.

-- inventory.lock-claims
SELECT order_id, status, until, unpaid, shortage, lines, in_ledger, version, created_at, created_by,
committed_at, committed_by
FROM claim
WHERE order_id IN (SELECT unhex(value ->> 0) FROM json_each(?))
ORDER BY order_id
--   SEARCH claim USING INDEX sqlite_autoindex_claim_1 (order_id=?)

-- inventory.lock-levels
SELECT sku, on_hand, available, low_stock_threshold, version
FROM level
WHERE sku IN (SELECT value ->> 0 FROM json_each(?))
ORDER BY sku
--   SEARCH level USING INDEX sqlite_autoindex_level_1 (sku=?)

-- inventory.holdings
SELECT line.value ->> 0 AS sku, CAST(SUM(CAST(line.value ->> 2 AS bigint)) AS bigint) AS held,
CAST(SUM(CASE WHEN claim.unpaid = 1 THEN CAST(line.value ->> 2 AS bigint) ELSE 0 END) AS bigint) AS unpaid
FROM claim, json_each(claim.lines) AS line
WHERE claim.status = 'held' AND line.value ->> 0 IN (SELECT value ->> 0 FROM json_each(?))
GROUP BY line.value ->> 0
--   SCAN claim USING INDEX claim_held
--   SCAN line VIRTUAL TABLE INDEX 1:
--   USE TEMP B-TREE FOR GROUP BY

-- inventory.make-claims
INSERT INTO claim (order_id, status, until, unpaid, shortage, lines, in_ledger, version, created_at, created_by, committed_at, committed_by)
SELECT unhex(value ->> 0) AS order_id, value ->> 1 AS status, (value ->> 2) AS until, CAST(value ->> 3 AS bigint) AS unpaid,
NULLIF(value -> 4, 'null') AS shortage, value -> 5 AS lines, CAST(value ->> 6 AS bigint) AS in_ledger,
CAST(value ->> 7 AS bigint) AS version, (value ->> 8) AS created_at, value ->> 9 AS created_by,
(value ->> 10) AS committed_at, value ->> 11 AS committed_by
FROM json_each(?)
WHERE true

-- inventory.change-claims
WITH changed AS MATERIALIZED (SELECT unhex(value ->> 0) AS order_id, value ->> 1 AS status, (value ->> 2) AS until, CAST(value ->> 3 AS bigint) AS unpaid, NULLIF(value -> 4, 'null') AS shortage, value -> 5 AS lines, CAST(value ->> 6 AS bigint) AS in_ledger, CAST(value ->> 7 AS bigint) AS version, (value ->> 8) AS created_at, value ->> 9 AS created_by, (value ->> 10) AS committed_at, value ->> 11 AS committed_by FROM json_each(?))
UPDATE claim
SET status = changed.status, until = changed.until, unpaid = changed.unpaid, shortage = changed.shortage,
lines = changed.lines, in_ledger = changed.in_ledger, version = changed.version, committed_at = changed.committed_at,
committed_by = changed.committed_by
FROM changed
WHERE claim.order_id = changed.order_id
--   SCAN changed
--   SEARCH claim USING COVERING INDEX sqlite_autoindex_claim_1 (order_id=?)

-- inventory.find-by-sku
INSERT INTO claim_sku (sku, created_at, order_id)
SELECT value ->> 0 AS sku, (value ->> 1) AS created_at, unhex(value ->> 2) AS order_id
FROM json_each(?)
WHERE true

-- inventory.move-levels
WITH moved AS MATERIALIZED (SELECT value ->> 0 AS sku, CAST(value ->> 1 AS bigint) AS on_hand, CAST(value ->> 2 AS bigint) AS available, CAST(value ->> 3 AS bigint) AS told FROM json_each(?))
UPDATE level
SET on_hand = level.on_hand + moved.on_hand, available = level.available + moved.available,
version = level.version + moved.told
FROM moved
WHERE level.sku = moved.sku AND level.available + moved.available >= 0
--   SCAN moved
--   SEARCH level USING INDEX sqlite_autoindex_level_1 (sku=?)

-- inventory.enter
INSERT INTO ledger (sku, kind, delta_on_hand, delta_held, delta_committed, order_id, reason, actor, at)
SELECT value ->> 0 AS sku, value ->> 1 AS kind, CAST(value ->> 2 AS bigint) AS delta_on_hand,
CAST(value ->> 3 AS bigint) AS delta_held, CAST(value ->> 4 AS bigint) AS delta_committed, unhex(value ->> 5) AS order_id,
value ->> 6 AS reason, value ->> 7 AS actor, (value ->> 8) AS at
FROM json_each(?)
WHERE true

-- inventory.introduce
INSERT INTO level (sku, on_hand, available, low_stock_threshold, version)
SELECT value ->> 0 AS sku, CAST(value ->> 1 AS bigint) AS on_hand, CAST(value ->> 2 AS bigint) AS available,
CAST(value ->> 3 AS bigint) AS low_stock_threshold, CAST(value ->> 4 AS bigint) AS version
FROM json_each(?)
WHERE true
ON CONFLICT (sku) DO NOTHING
RETURNING sku

-- inventory.forget-skus
DELETE
FROM claim_sku
WHERE (sku, created_at, order_id) IN (SELECT line.value ->> 0, claim.created_at, claim.order_id FROM claim, json_each(claim.lines) AS line WHERE claim.order_id IN (SELECT unhex(value ->> 0) FROM json_each(?)))
--   SEARCH claim_sku USING PRIMARY KEY (sku=? AND created_at=? AND order_id=?)
--   SEARCH claim USING INDEX sqlite_autoindex_claim_1 (order_id=?)
--   SCAN line VIRTUAL TABLE INDEX 1:

-- inventory.forget-claims
DELETE
FROM claim
WHERE status IN ('released', 'refused') AND in_ledger = 1 AND order_id IN (SELECT unhex(value ->> 0) FROM json_each(?))
--   SEARCH claim USING INDEX sqlite_autoindex_claim_1 (order_id=?)

-- inventory.available
SELECT sku, available
FROM level
WHERE sku IN (SELECT value ->> 0 FROM json_each(?))
--   SEARCH level USING INDEX sqlite_autoindex_level_1 (sku=?)

-- inventory.claims-of
SELECT order_id, status, until, unpaid, shortage, lines, in_ledger, version, created_at, created_by,
committed_at, committed_by
FROM claim
WHERE order_id IN (SELECT unhex(value ->> 0) FROM json_each(?))
--   SEARCH claim USING INDEX sqlite_autoindex_claim_1 (order_id=?)

-- inventory.claims-of-sku
SELECT claim.order_id, claim.status, claim.until, claim.unpaid, claim.shortage, claim.lines,
claim.in_ledger, claim.version, claim.created_at, claim.created_by, claim.committed_at, claim.committed_by
FROM claim JOIN (SELECT claim_sku.order_id AS found FROM claim_sku WHERE claim_sku.sku = ? AND (claim_sku.created_at, claim_sku.order_id) <= (?, ?) ORDER BY claim_sku.created_at DESC, claim_sku.order_id DESC LIMIT ?) AS of_sku ON claim.order_id = of_sku.found
ORDER BY created_at DESC, order_id DESC
--   CO-ROUTINE of_sku
--   SEARCH claim_sku USING PRIMARY KEY (sku=? AND (created_at,order_id)<(?,?))
--   SCAN of_sku
--   SEARCH claim USING INDEX sqlite_autoindex_claim_1 (order_id=?)
--   USE TEMP B-TREE FOR ORDER BY

-- inventory.lapsed
SELECT order_id
FROM claim
WHERE status = 'held' AND until < ?
ORDER BY until LIMIT ?
--   SEARCH claim USING INDEX claim_held (until<?)
