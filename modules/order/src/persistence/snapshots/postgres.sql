-- Written by a test, see kernel_db::snapshot. Planned by Postgres 15.

-- order.place
WITH given AS MATERIALIZED (SELECT uuid(value ->> 0) AS id, value ->> 1 AS status, value ->> 2 AS email, value ->> 3 AS email_folded, value ->> 4 AS currency, CAST(value ->> 5 AS bigint) AS total, value ->> 6 AS note, value ->> 7 AS shipping_address, value -> 8 AS lines, CAST(value ->> 9 AS bigint) AS version, value ->> 10 AS placed_by, timestamptz(value ->> 11) AS created_at, timestamptz(value ->> 12) AS updated_at, value ->> 13 AS key_scope, value ->> 14 AS key, value ->> 15 AS key_fingerprint, value ->> 16 AS saga, timestamptz(value ->> 17) AS due_at, timestamptz(value ->> 18) AS deadline_at, value ->> 19 AS method, value ->> 20 AS token, uuid(value ->> 21) AS cart_id, value ->> 22 AS request_id, uuid(value ->> 23) AS correlation_id, value ->> 24 AS traceparent, value ->> 25 AS client, value ->> 26 AS buyer, CAST(value ->> 27 AS bigint) AS unpaid FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) INSERT INTO orders (id, status, email, email_folded, currency, total, note, shipping_address, lines, version, placed_by, created_at, updated_at, key_scope, key, key_fingerprint, saga, due_at, deadline_at, method, token, cart_id, request_id, correlation_id, traceparent, client, buyer, unpaid)
SELECT id, status, email, email_folded, currency, total, note, shipping_address, lines, version,
placed_by, created_at, updated_at, key_scope, key, key_fingerprint, saga, due_at, deadline_at,
method, token, cart_id, request_id, correlation_id, traceparent, client, buyer, unpaid
FROM given
WHERE NOT EXISTS (SELECT 1 FROM idempotency WHERE idempotency.scope = given.key_scope AND idempotency.key = given.key)
ON CONFLICT (key_scope, key) DO NOTHING
RETURNING id, number
--   Insert on orders
--     ->  Nested Loop Anti Join
--           ->  Index Only Scan using idempotency_pkey on idempotency

-- order.note-skus
INSERT INTO order_sku (sku, block)
SELECT value ->> 0 AS sku, CAST(value ->> 1 AS bigint) AS block
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (sku, block) DO NOTHING
--   Insert on order_sku

-- order.lock
SELECT id, currency, total, version, payment_id, payment_stage, authorized, captured, refunded,
authorized_at, captured_at, saga, due_at, unpaid, answer_status
FROM orders
WHERE id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
ORDER BY id FOR UPDATE
--   LockRows
--     ->  Sort
--           ->  Nested Loop
--                 ->  HashAggregate
--                 ->  Index Scan using orders_id_key on orders

-- order.confirm
UPDATE orders
SET status = 'confirmed', saga = 'settling', token = NULL, client = NULL, buyer = NULL, version = confirmed.version,
updated_at = confirmed.updated_at, confirmed_at = confirmed.confirmed_at, payment_id = confirmed.payment_id,
payment_stage = confirmed.payment_stage, authorized = confirmed.authorized, due_at = confirmed.due_at
FROM (SELECT uuid(value ->> 0) AS id, CAST(value ->> 1 AS bigint) AS version, timestamptz(value ->> 2) AS updated_at, timestamptz(value ->> 3) AS confirmed_at, uuid(value ->> 4) AS payment_id, CAST(value ->> 5 AS bigint) AS payment_stage, CAST(value ->> 6 AS bigint) AS authorized, timestamptz(value ->> 7) AS due_at FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS confirmed
WHERE orders.id = confirmed.id AND orders.version = confirmed.version - 1
--   Update on orders
--     ->  Nested Loop
--           ->  Index Scan using orders_id_key on orders

-- order.finish
UPDATE orders
SET saga = NULL, due_at = NULL, deadline_at = NULL, method = NULL, token = NULL, undoing = NULL,
cart_id = NULL, request_id = NULL, correlation_id = NULL, traceparent = NULL, client = NULL,
buyer = NULL, payment_id = finished.payment_id, payment_stage = finished.payment_stage, authorized = finished.authorized,
captured = finished.captured, refunded = finished.refunded, answer_status = COALESCE(finished.answer_status, orders.answer_status),
answer_shape = COALESCE(finished.answer_shape, orders.answer_shape), answer_body = COALESCE(finished.answer_body, orders.answer_body)
FROM (SELECT uuid(value ->> 0) AS id, uuid(value ->> 1) AS payment_id, CAST(value ->> 2 AS bigint) AS payment_stage, CAST(value ->> 3 AS bigint) AS authorized, CAST(value ->> 4 AS bigint) AS captured, CAST(value ->> 5 AS bigint) AS refunded, CAST(value ->> 6 AS bigint) AS answer_status, CAST(value ->> 7 AS bigint) AS answer_shape, value ->> 8 AS answer_body FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS finished
WHERE orders.id = finished.id
--   Update on orders
--     ->  Nested Loop
--           ->  Index Scan using orders_id_key on orders

-- order.payments-known
UPDATE orders
SET payment_id = known.payment_id, payment_stage = known.payment_stage, authorized = known.authorized,
captured = known.captured, refunded = known.refunded, authorized_at = known.authorized_at, captured_at = known.captured_at,
due_at = known.due_at
FROM (SELECT uuid(value ->> 0) AS id, uuid(value ->> 1) AS payment_id, CAST(value ->> 2 AS bigint) AS payment_stage, CAST(value ->> 3 AS bigint) AS authorized, CAST(value ->> 4 AS bigint) AS captured, CAST(value ->> 5 AS bigint) AS refunded, timestamptz(value ->> 6) AS authorized_at, timestamptz(value ->> 7) AS captured_at, timestamptz(value ->> 8) AS due_at FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS known
WHERE orders.id = known.id
--   Update on orders
--     ->  Nested Loop
--           ->  Index Scan using orders_id_key on orders

-- order.of-keys
SELECT orders.number, orders.id, orders.status, orders.email, orders.email_folded, orders.currency,
orders.total, orders.note, orders.shipping_address, orders.rejection, orders.lines, orders.payment_id,
orders.payment_stage, orders.authorized, orders.captured, orders.refunded, orders.version, orders.placed_by,
orders.created_at, orders.updated_at, orders.confirmed_at, orders.authorized_at, orders.captured_at,
orders.key_scope, orders.key, orders.key_fingerprint, orders.answer_status, orders.answer_shape,
orders.answer_body, orders.saga, orders.due_at, orders.deadline_at, orders.tries, orders.method,
orders.token, orders.undoing, orders.cart_id, orders.request_id, orders.correlation_id, orders.traceparent,
orders.client, orders.buyer, orders.unpaid, orders.listed_as
FROM orders JOIN (SELECT value ->> 0 AS scope, value ->> 1 AS key FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS asked ON orders.key_scope = asked.scope AND orders.key = asked.key
--   Nested Loop
--     ->  Index Scan using orders_key_scope_key_key on orders

-- order.save
UPDATE orders
SET status = saved.status, rejection = saved.rejection, version = saved.version, updated_at = saved.updated_at,
lines = saved.lines
FROM (SELECT uuid(value ->> 0) AS id, value ->> 1 AS status, value ->> 2 AS rejection, CAST(value ->> 3 AS bigint) AS version, timestamptz(value ->> 4) AS updated_at, value -> 5 AS lines, CAST(value ->> 6 AS bigint) AS read FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS saved
WHERE orders.id = saved.id AND orders.version = saved.read
--   Update on orders
--     ->  Nested Loop
--           ->  Index Scan using orders_id_key on orders

-- order.tell
INSERT INTO timeline (order_id, at, source, position, what, actor, detail)
SELECT uuid(value ->> 0) AS order_id, timestamptz(value ->> 1) AS at, value ->> 2 AS source,
CAST(value ->> 3 AS bigint) AS position, value ->> 4 AS what, value ->> 5 AS actor, value ->> 6 AS detail
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
--   Insert on timeline

-- order.refunds-known
UPDATE order_refund
SET paid = CASE WHEN known.paid > order_refund.paid THEN known.paid ELSE order_refund.paid END,
reason = COALESCE(known.refused, order_refund.reason), status = CASE WHEN known.paid >= order_refund.amount OR order_refund.paid >= order_refund.amount THEN 'paid' WHEN known.refused IS NOT NULL OR order_refund.status = 'refused' THEN 'refused' ELSE order_refund.status END,
updated_at = known.at
FROM (SELECT uuid(value ->> 0) AS refund, CAST(value ->> 1 AS bigint) AS paid, value ->> 2 AS refused, timestamptz(value ->> 3) AS at FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS known
WHERE order_refund.refund_id = known.refund
--   Update on order_refund
--     ->  Nested Loop
--           ->  Index Scan using order_refund_pkey on order_refund

-- order.refunds-void
UPDATE order_refund
SET status = 'void', updated_at = $1
WHERE status = 'due' AND order_id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($2 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
--   Update on order_refund
--     ->  Nested Loop Semi Join
--           ->  Bitmap Heap Scan on order_refund
--                 ->  Bitmap Index Scan on order_refund_status
--           ->  Materialize
