-- Written by a test, see kernel_db::snapshot. Planned by Postgres 15.

-- payment.lock
SELECT payment.id, payment.order_id, payment.method, payment.token, payment.currency, payment.amount,
payment.status, payment.authorized, payment.captured, payment.refunded, payment.version, payment.given_up,
payment.asked_by, payment.correlation_id, payment.traceparent, payment.created_at, payment.updated_at,
payment.revision, payment.plain, payment.lease_until, payment.capture_id, payment.capture_asked_by,
payment.capture_correlation_id, payment.capture_traceparent, payment.capture_at, payment.watched
FROM payment
WHERE order_id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
ORDER BY order_id FOR UPDATE
--   LockRows
--     ->  Sort
--           ->  Nested Loop
--                 ->  HashAggregate
--                 ->  Index Scan using payment_order_id_key on payment

-- payment.try-lock
SELECT payment.id, payment.order_id, payment.method, payment.token, payment.currency, payment.amount,
payment.status, payment.authorized, payment.captured, payment.refunded, payment.version, payment.given_up,
payment.asked_by, payment.correlation_id, payment.traceparent, payment.created_at, payment.updated_at,
payment.revision, payment.plain, payment.lease_until, payment.capture_id, payment.capture_asked_by,
payment.capture_correlation_id, payment.capture_traceparent, payment.capture_at, payment.watched
FROM payment
WHERE order_id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
ORDER BY order_id FOR
UPDATE SKIP LOCKED
--   LockRows
--     ->  Sort
--           ->  Nested Loop
--                 ->  HashAggregate
--                 ->  Index Scan using payment_order_id_key on payment

-- payment.attempts
SELECT attempt.id, attempt.payment_id, attempt.operation, attempt.currency, attempt.amount,
attempt.status, attempt.reason, attempt.answer, attempt.asked_by, attempt.correlation_id, attempt.traceparent,
attempt.tries, attempt.next_try_at, attempt.created_at, attempt.updated_at
FROM attempt
WHERE payment_id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
ORDER BY created_at, id
--   Sort
--     ->  Nested Loop
--           ->  HashAggregate
--           ->  Index Scan using attempt_payment on attempt

-- payment.refusals
SELECT refund_refusal.refund_id, refund_refusal.payment_id, refund_refusal.currency, refund_refusal.asked,
refund_refusal.refunded, refund_refusal.left_over, refund_refusal.reason, refund_refusal.asked_by,
refund_refusal.created_at, refund_refusal.resolved_at, refund_refusal.resolved_by, refund_refusal.resolution
FROM refund_refusal
WHERE payment_id IN (SELECT uuid(value ->> 0) FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given)
ORDER BY created_at, refund_id
--   Sort
--     ->  Nested Loop
--           ->  HashAggregate
--           ->  Index Scan using refund_refusal_payment on refund_refusal

-- payment.claim
INSERT INTO payment (id, order_id, method, token, currency, amount, status, authorized, captured, refunded, version, given_up, asked_by, correlation_id, traceparent, created_at, updated_at, revision, plain, lease_until, watched)
SELECT uuid(value ->> 0) AS id, uuid(value ->> 1) AS order_id, value ->> 2 AS method, value ->> 3 AS token,
value ->> 4 AS currency, CAST(value ->> 5 AS bigint) AS amount, value ->> 6 AS status, CAST(value ->> 7 AS bigint) AS authorized,
CAST(value ->> 8 AS bigint) AS captured, CAST(value ->> 9 AS bigint) AS refunded, CAST(value ->> 10 AS bigint) AS version,
CAST(value ->> 11 AS bigint) AS given_up, value ->> 12 AS asked_by, uuid(value ->> 13) AS correlation_id,
value ->> 14 AS traceparent, timestamptz(value ->> 15) AS created_at, timestamptz(value ->> 16) AS updated_at,
CAST(value ->> 17 AS bigint) AS revision, CAST(value ->> 18 AS bigint) AS plain, timestamptz(value ->> 19) AS lease_until,
CAST(value ->> 20 AS bigint) AS watched
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
--   Insert on payment

-- payment.move
UPDATE payment
SET token = moved.token, status = moved.status, authorized = moved.authorized, captured = moved.captured,
refunded = moved.refunded, version = moved.version, given_up = moved.given_up, updated_at = moved.updated_at,
revision = moved.revision, plain = moved.plain, lease_until = moved.lease_until, capture_id = moved.capture_id,
capture_asked_by = moved.capture_asked_by, capture_correlation_id = moved.capture_correlation_id,
capture_traceparent = moved.capture_traceparent, capture_at = moved.capture_at, watched = moved.watched
FROM (SELECT uuid(value ->> 0) AS id, value ->> 1 AS token, value ->> 2 AS status, CAST(value ->> 3 AS bigint) AS authorized, CAST(value ->> 4 AS bigint) AS captured, CAST(value ->> 5 AS bigint) AS refunded, CAST(value ->> 6 AS bigint) AS version, CAST(value ->> 7 AS bigint) AS given_up, timestamptz(value ->> 8) AS updated_at, CAST(value ->> 9 AS bigint) AS revision, CAST(value ->> 10 AS bigint) AS plain, timestamptz(value ->> 11) AS lease_until, uuid(value ->> 12) AS capture_id, value ->> 13 AS capture_asked_by, uuid(value ->> 14) AS capture_correlation_id, value ->> 15 AS capture_traceparent, timestamptz(value ->> 16) AS capture_at, CAST(value ->> 17 AS bigint) AS watched FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS moved
WHERE payment.id = moved.id AND payment.revision = moved.revision - 1
--   Update on payment
--     ->  Nested Loop
--           ->  Index Scan using payment_pkey on payment

-- payment.keep-attempts
INSERT INTO attempt (id, payment_id, operation, currency, amount, status, reason, answer, asked_by, correlation_id, traceparent, tries, next_try_at, created_at, updated_at)
SELECT uuid(value ->> 0) AS id, uuid(value ->> 1) AS payment_id, value ->> 2 AS operation, value ->> 3 AS currency,
CAST(value ->> 4 AS bigint) AS amount, value ->> 5 AS status, value ->> 6 AS reason, value ->> 7 AS answer,
value ->> 8 AS asked_by, uuid(value ->> 9) AS correlation_id, value ->> 10 AS traceparent, CAST(value ->> 11 AS bigint) AS tries,
timestamptz(value ->> 12) AS next_try_at, timestamptz(value ->> 13) AS created_at, timestamptz(value ->> 14) AS updated_at
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (id) DO UPDATE
SET status = excluded.status, answer = excluded.answer, tries = excluded.tries, next_try_at = excluded.next_try_at,
updated_at = excluded.updated_at
WHERE attempt.status <> 'succeeded' AND attempt.payment_id = excluded.payment_id
--   Insert on attempt

-- payment.post
INSERT INTO ledger (attempt_id, payment_id, operation, debit, credit, currency, debited, credited, posted_at)
SELECT uuid(value ->> 0) AS attempt_id, uuid(value ->> 1) AS payment_id, value ->> 2 AS operation,
value ->> 3 AS debit, value ->> 4 AS credit, value ->> 5 AS currency, CAST(value ->> 6 AS bigint) AS debited,
CAST(value ->> 7 AS bigint) AS credited, timestamptz(value ->> 8) AS posted_at
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
--   Insert on ledger

-- payment.refuse
INSERT INTO refund_refusal (refund_id, payment_id, currency, asked, refunded, left_over, reason, asked_by, created_at)
SELECT uuid(value ->> 0) AS refund_id, uuid(value ->> 1) AS payment_id, value ->> 2 AS currency,
CAST(value ->> 3 AS bigint) AS asked, CAST(value ->> 4 AS bigint) AS refunded, CAST(value ->> 5 AS bigint) AS left_over,
value ->> 6 AS reason, value ->> 7 AS asked_by, timestamptz(value ->> 8) AS created_at
FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given
WHERE true
ON CONFLICT (refund_id) DO UPDATE
SET refunded = excluded.refunded, left_over = excluded.left_over, reason = excluded.reason,
resolved_at = NULL, resolved_by = NULL, resolution = NULL
--   Insert on refund_refusal

-- payment.promises
SELECT promised.id, CAST(COALESCE(SUM(CASE WHEN attempt.status = 'succeeded' THEN attempt.amount END), 0) AS BIGINT) AS paid,
CAST(COALESCE(SUM(CASE WHEN attempt.status IN ('queued', 'started', 'unknown', 'pending') THEN attempt.amount END), 0) AS BIGINT) AS open,
CAST(COALESCE(MAX(refund_refusal.asked - refund_refusal.refunded), 0) AS BIGINT) AS refused,
CAST(COALESCE(SUM(CASE WHEN attempt.status = 'dropped' THEN 1 END), 0) AS BIGINT) AS dropped
FROM (SELECT uuid(value ->> 0) AS id FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) AS promised LEFT JOIN attempt ON attempt.id = promised.id LEFT JOIN refund_refusal ON refund_refusal.refund_id = promised.id
WHERE attempt.id IS NOT NULL OR refund_refusal.refund_id IS NOT NULL
GROUP BY promised.id
--   GroupAggregate
--     ->  Sort
--           ->  Nested Loop Left Join
--                 ->  Nested Loop Left Join
--                       ->  Index Scan using refund_refusal_pkey on refund_refusal
--                 ->  Index Scan using attempt_pkey on attempt

-- payment.find
SELECT payment.id, payment.order_id, payment.method, payment.token, payment.currency, payment.amount,
payment.status, payment.authorized, payment.captured, payment.refunded, payment.version, payment.given_up,
payment.asked_by, payment.correlation_id, payment.traceparent, payment.created_at, payment.updated_at,
payment.revision, payment.plain, payment.lease_until, payment.capture_id, payment.capture_asked_by,
payment.capture_correlation_id, payment.capture_traceparent, payment.capture_at, payment.watched
FROM payment
WHERE order_id = $1
--   Index Scan using payment_order_id_key on payment

-- payment.due
SELECT id
FROM attempt
WHERE status IN ('queued', 'started', 'unknown', 'pending') AND NOT (status = 'queued' AND 0 < (SELECT COUNT(*) FROM attempt AS other WHERE other.payment_id = attempt.payment_id AND other.status IN ('started', 'unknown', 'pending'))) AND next_try_at <= $1
ORDER BY next_try_at LIMIT $2
--     ->  Index Scan using attempt_due on attempt
--             ->  Aggregate
--                   ->  Index Only Scan using attempt_open on attempt other

-- payment.next-due
SELECT MIN(next_try_at) AS at
FROM attempt
WHERE status IN ('queued', 'started', 'unknown', 'pending') AND NOT (status = 'queued' AND 0 < (SELECT COUNT(*) FROM attempt AS other WHERE other.payment_id = attempt.payment_id AND other.status IN ('started', 'unknown', 'pending')))
--             ->  Index Scan using attempt_due on attempt
--                     ->  Aggregate
--                           ->  Index Only Scan using attempt_open on attempt other

-- payment.left-behind
SELECT payment.id, payment.order_id, payment.method, payment.token, payment.currency, payment.amount,
payment.status, payment.authorized, payment.captured, payment.refunded, payment.version, payment.given_up,
payment.asked_by, payment.correlation_id, payment.traceparent, payment.created_at, payment.updated_at,
payment.revision, payment.plain, payment.lease_until, payment.capture_id, payment.capture_asked_by,
payment.capture_correlation_id, payment.capture_traceparent, payment.capture_at, payment.watched
FROM payment
WHERE watched = 1 AND plain = 1 AND created_at <= $1 AND (lease_until <= $2 OR lease_until IS NULL AND created_at <= $3)
ORDER BY created_at LIMIT $4
--     ->  Index Scan using payment_watched on payment

-- payment.forget-webhooks
DELETE FROM webhook_inbox
WHERE (provider, event_id) IN (SELECT provider, event_id FROM webhook_inbox WHERE received_at < $1 AND processed IS NOT NULL ORDER BY received_at LIMIT $2)
--   Delete on webhook_inbox
--     ->  Nested Loop
--           ->  HashAggregate
--                 ->  Subquery Scan on "ANY_subquery"
--                             ->  Index Scan using webhook_processed on webhook_inbox webhook_inbox_1
--           ->  Memoize
--                 ->  Index Scan using webhook_inbox_pkey on webhook_inbox

-- payment.simulated-write
WITH entry AS (SELECT uuid(value ->> 0) AS reference, uuid(value ->> 1) AS authorization_reference, uuid(value ->> 2) AS order_id, value ->> 3 AS operation, value ->> 4 AS currency, CAST(value ->> 5 AS bigint) AS amount, value ->> 6 AS outcome, value ->> 7 AS reason, timestamptz(value ->> 8) AS settles_at FROM (SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT (SELECT 1000000)) AS given) INSERT INTO simulated_ledger (reference, authorization_reference, order_id, operation, currency, amount, outcome, reason, settles_at, created_at)
SELECT entry.reference, entry.authorization_reference, entry.order_id, entry.operation, entry.currency,
entry.amount, entry.outcome, entry.reason, entry.settles_at, $2
FROM entry LEFT JOIN simulated_ledger AS root ON root.reference = entry.authorization_reference
WHERE entry.operation = 'authorize' OR root.outcome = 'approved' AND root.currency = entry.currency AND entry.amount <= CASE entry.operation WHEN 'refund' THEN COALESCE((SELECT SUM(CASE moved.operation WHEN 'capture' THEN moved.amount ELSE -moved.amount END) FROM simulated_ledger AS moved WHERE moved.authorization_reference = root.reference AND moved.operation <> 'authorize' AND moved.operation IN ('capture', 'refund') AND moved.outcome = 'approved'), 0) ELSE root.amount - COALESCE((SELECT SUM(moved.amount) FROM simulated_ledger AS moved WHERE moved.authorization_reference = root.reference AND moved.operation <> 'authorize' AND moved.operation IN ('capture', 'void') AND moved.outcome = 'approved'), 0) END
ON CONFLICT (reference) DO NOTHING
RETURNING reference, outcome, reason, settles_at , set_config('synchronous_commit', 'off', true)
--   Insert on simulated_ledger
--     ->  Nested Loop Left Join
--           ->  Index Scan using simulated_ledger_pkey on simulated_ledger root
--             ->  Aggregate
--                   ->  Bitmap Heap Scan on simulated_ledger moved
--                         ->  Bitmap Index Scan on simulated_ledger_moved
--             ->  Aggregate
--                   ->  Bitmap Heap Scan on simulated_ledger moved_1
--                         ->  Bitmap Index Scan on simulated_ledger_moved

-- payment.simulated-decide
UPDATE simulated_ledger
SET settles_at = NULL, outcome = CASE outcome WHEN 'approving' THEN 'approved' WHEN 'declining' THEN 'declined' ELSE outcome END
WHERE reference = $1
RETURNING reference, outcome, reason, settles_at
--   Update on simulated_ledger
--     ->  Index Scan using simulated_ledger_pkey on simulated_ledger
