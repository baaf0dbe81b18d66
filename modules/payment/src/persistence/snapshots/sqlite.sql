-- Written by a test, see kernel_db::snapshot. Planned by SQLite.

-- payment.lock
SELECT payment.id, payment.order_id, payment.method, payment.token, payment.currency, payment.amount,
payment.status, payment.authorized, payment.captured, payment.refunded, payment.version, payment.given_up,
payment.asked_by, payment.correlation_id, payment.traceparent, payment.created_at, payment.updated_at,
payment.revision, payment.plain, payment.lease_until, payment.capture_id, payment.capture_asked_by,
payment.capture_correlation_id, payment.capture_traceparent, payment.capture_at, payment.watched
FROM payment
WHERE order_id IN (SELECT unhex(value ->> 0) FROM json_each(?))
ORDER BY order_id
--   SEARCH payment USING INDEX sqlite_autoindex_payment_2 (order_id=?)

-- payment.try-lock
SELECT payment.id, payment.order_id, payment.method, payment.token, payment.currency, payment.amount,
payment.status, payment.authorized, payment.captured, payment.refunded, payment.version, payment.given_up,
payment.asked_by, payment.correlation_id, payment.traceparent, payment.created_at, payment.updated_at,
payment.revision, payment.plain, payment.lease_until, payment.capture_id, payment.capture_asked_by,
payment.capture_correlation_id, payment.capture_traceparent, payment.capture_at, payment.watched
FROM payment
WHERE order_id IN (SELECT unhex(value ->> 0) FROM json_each(?))
ORDER BY order_id
--   SEARCH payment USING INDEX sqlite_autoindex_payment_2 (order_id=?)

-- payment.attempts
SELECT attempt.id, attempt.payment_id, attempt.operation, attempt.currency, attempt.amount,
attempt.status, attempt.reason, attempt.answer, attempt.asked_by, attempt.correlation_id, attempt.traceparent,
attempt.tries, attempt.next_try_at, attempt.created_at, attempt.updated_at
FROM attempt
WHERE payment_id IN (SELECT unhex(value ->> 0) FROM json_each(?))
ORDER BY created_at, id
--   SEARCH attempt USING INDEX attempt_payment (payment_id=?)
--   USE TEMP B-TREE FOR ORDER BY

-- payment.refusals
SELECT refund_refusal.refund_id, refund_refusal.payment_id, refund_refusal.currency, refund_refusal.asked,
refund_refusal.refunded, refund_refusal.left_over, refund_refusal.reason, refund_refusal.asked_by,
refund_refusal.created_at, refund_refusal.resolved_at, refund_refusal.resolved_by, refund_refusal.resolution
FROM refund_refusal
WHERE payment_id IN (SELECT unhex(value ->> 0) FROM json_each(?))
ORDER BY created_at, refund_id
--   SEARCH refund_refusal USING INDEX refund_refusal_payment (payment_id=?)
--   USE TEMP B-TREE FOR ORDER BY

-- payment.claim
INSERT INTO payment (id, order_id, method, token, currency, amount, status, authorized, captured, refunded, version, given_up, asked_by, correlation_id, traceparent, created_at, updated_at, revision, plain, lease_until, watched)
SELECT unhex(value ->> 0) AS id, unhex(value ->> 1) AS order_id, value ->> 2 AS method, value ->> 3 AS token,
value ->> 4 AS currency, CAST(value ->> 5 AS bigint) AS amount, value ->> 6 AS status, CAST(value ->> 7 AS bigint) AS authorized,
CAST(value ->> 8 AS bigint) AS captured, CAST(value ->> 9 AS bigint) AS refunded, CAST(value ->> 10 AS bigint) AS version,
CAST(value ->> 11 AS bigint) AS given_up, value ->> 12 AS asked_by, unhex(value ->> 13) AS correlation_id,
value ->> 14 AS traceparent, (value ->> 15) AS created_at, (value ->> 16) AS updated_at, CAST(value ->> 17 AS bigint) AS revision,
CAST(value ->> 18 AS bigint) AS plain, (value ->> 19) AS lease_until, CAST(value ->> 20 AS bigint) AS watched
FROM json_each(?)
WHERE true
--   SEARCH refund_refusal USING COVERING INDEX refund_refusal_payment (payment_id=?)
--   SEARCH attempt USING COVERING INDEX attempt_payment (payment_id=?)

-- payment.move
UPDATE payment
SET token = moved.token, status = moved.status, authorized = moved.authorized, captured = moved.captured,
refunded = moved.refunded, version = moved.version, given_up = moved.given_up, updated_at = moved.updated_at,
revision = moved.revision, plain = moved.plain, lease_until = moved.lease_until, capture_id = moved.capture_id,
capture_asked_by = moved.capture_asked_by, capture_correlation_id = moved.capture_correlation_id,
capture_traceparent = moved.capture_traceparent, capture_at = moved.capture_at, watched = moved.watched
FROM (SELECT unhex(value ->> 0) AS id, value ->> 1 AS token, value ->> 2 AS status, CAST(value ->> 3 AS bigint) AS authorized, CAST(value ->> 4 AS bigint) AS captured, CAST(value ->> 5 AS bigint) AS refunded, CAST(value ->> 6 AS bigint) AS version, CAST(value ->> 7 AS bigint) AS given_up, (value ->> 8) AS updated_at, CAST(value ->> 9 AS bigint) AS revision, CAST(value ->> 10 AS bigint) AS plain, (value ->> 11) AS lease_until, unhex(value ->> 12) AS capture_id, value ->> 13 AS capture_asked_by, unhex(value ->> 14) AS capture_correlation_id, value ->> 15 AS capture_traceparent, (value ->> 16) AS capture_at, CAST(value ->> 17 AS bigint) AS watched FROM json_each(?)) AS moved
WHERE payment.id = moved.id AND payment.revision = moved.revision - 1
--   SEARCH payment USING INDEX sqlite_autoindex_payment_1 (id=?)

-- payment.keep-attempts
INSERT INTO attempt (id, payment_id, operation, currency, amount, status, reason, answer, asked_by, correlation_id, traceparent, tries, next_try_at, created_at, updated_at)
SELECT unhex(value ->> 0) AS id, unhex(value ->> 1) AS payment_id, value ->> 2 AS operation,
value ->> 3 AS currency, CAST(value ->> 4 AS bigint) AS amount, value ->> 5 AS status, value ->> 6 AS reason,
value ->> 7 AS answer, value ->> 8 AS asked_by, unhex(value ->> 9) AS correlation_id, value ->> 10 AS traceparent,
CAST(value ->> 11 AS bigint) AS tries, (value ->> 12) AS next_try_at, (value ->> 13) AS created_at,
(value ->> 14) AS updated_at
FROM json_each(?)
WHERE true
ON CONFLICT (id) DO UPDATE
SET status = excluded.status, answer = excluded.answer, tries = excluded.tries, next_try_at = excluded.next_try_at,
updated_at = excluded.updated_at
WHERE attempt.status <> 'succeeded' AND attempt.payment_id = excluded.payment_id

-- payment.post
INSERT INTO ledger (attempt_id, payment_id, operation, debit, credit, currency, debited, credited, posted_at)
SELECT unhex(value ->> 0) AS attempt_id, unhex(value ->> 1) AS payment_id, value ->> 2 AS operation,
value ->> 3 AS debit, value ->> 4 AS credit, value ->> 5 AS currency, CAST(value ->> 6 AS bigint) AS debited,
CAST(value ->> 7 AS bigint) AS credited, (value ->> 8) AS posted_at
FROM json_each(?)
WHERE true

-- payment.refuse
INSERT INTO refund_refusal (refund_id, payment_id, currency, asked, refunded, left_over, reason, asked_by, created_at)
SELECT unhex(value ->> 0) AS refund_id, unhex(value ->> 1) AS payment_id, value ->> 2 AS currency,
CAST(value ->> 3 AS bigint) AS asked, CAST(value ->> 4 AS bigint) AS refunded, CAST(value ->> 5 AS bigint) AS left_over,
value ->> 6 AS reason, value ->> 7 AS asked_by, (value ->> 8) AS created_at
FROM json_each(?)
WHERE true
ON CONFLICT (refund_id) DO UPDATE
SET refunded = excluded.refunded, left_over = excluded.left_over, reason = excluded.reason,
resolved_at = NULL, resolved_by = NULL, resolution = NULL

-- payment.promises
SELECT promised.id, CAST(COALESCE(SUM(CASE WHEN attempt.status = 'succeeded' THEN attempt.amount END), 0) AS BIGINT) AS paid,
CAST(COALESCE(SUM(CASE WHEN attempt.status IN ('queued', 'started', 'unknown', 'pending') THEN attempt.amount END), 0) AS BIGINT) AS open,
CAST(COALESCE(MAX(refund_refusal.asked - refund_refusal.refunded), 0) AS BIGINT) AS refused,
CAST(COALESCE(SUM(CASE WHEN attempt.status = 'dropped' THEN 1 END), 0) AS BIGINT) AS dropped
FROM (SELECT unhex(value ->> 0) AS id FROM json_each(?)) AS promised LEFT JOIN attempt ON attempt.id = promised.id LEFT JOIN refund_refusal ON refund_refusal.refund_id = promised.id
WHERE attempt.id IS NOT NULL OR refund_refusal.refund_id IS NOT NULL
GROUP BY promised.id
--   SEARCH attempt USING INDEX sqlite_autoindex_attempt_1 (id=?) LEFT-JOIN
--   SEARCH refund_refusal USING INDEX sqlite_autoindex_refund_refusal_1 (refund_id=?) LEFT-JOIN
--   USE TEMP B-TREE FOR GROUP BY

-- payment.find
SELECT payment.id, payment.order_id, payment.method, payment.token, payment.currency, payment.amount,
payment.status, payment.authorized, payment.captured, payment.refunded, payment.version, payment.given_up,
payment.asked_by, payment.correlation_id, payment.traceparent, payment.created_at, payment.updated_at,
payment.revision, payment.plain, payment.lease_until, payment.capture_id, payment.capture_asked_by,
payment.capture_correlation_id, payment.capture_traceparent, payment.capture_at, payment.watched
FROM payment
WHERE order_id = ?
--   SEARCH payment USING INDEX sqlite_autoindex_payment_2 (order_id=?)

-- payment.due
SELECT id
FROM attempt
WHERE status IN ('queued', 'started', 'unknown', 'pending') AND NOT (status = 'queued' AND 0 < (SELECT COUNT(*) FROM attempt AS other WHERE other.payment_id = attempt.payment_id AND other.status IN ('started', 'unknown', 'pending'))) AND next_try_at <= ?
ORDER BY next_try_at LIMIT ?
--   SEARCH attempt USING INDEX attempt_due (next_try_at<?)
--   SEARCH other USING INDEX attempt_open (payment_id=?)

-- payment.next-due
SELECT MIN(next_try_at) AS at
FROM attempt
WHERE status IN ('queued', 'started', 'unknown', 'pending') AND NOT (status = 'queued' AND 0 < (SELECT COUNT(*) FROM attempt AS other WHERE other.payment_id = attempt.payment_id AND other.status IN ('started', 'unknown', 'pending')))
--   SEARCH attempt USING INDEX attempt_due
--   SEARCH other USING INDEX attempt_open (payment_id=?)

-- payment.left-behind
SELECT payment.id, payment.order_id, payment.method, payment.token, payment.currency, payment.amount,
payment.status, payment.authorized, payment.captured, payment.refunded, payment.version, payment.given_up,
payment.asked_by, payment.correlation_id, payment.traceparent, payment.created_at, payment.updated_at,
payment.revision, payment.plain, payment.lease_until, payment.capture_id, payment.capture_asked_by,
payment.capture_correlation_id, payment.capture_traceparent, payment.capture_at, payment.watched
FROM payment
WHERE watched = 1 AND plain = 1 AND created_at <= ? AND (lease_until <= ? OR lease_until IS NULL AND created_at <= ?)
ORDER BY created_at LIMIT ?
--   SEARCH payment USING INDEX payment_watched (plain=? AND created_at<?)

-- payment.forget-webhooks
DELETE FROM webhook_inbox
WHERE (provider, event_id) IN (SELECT provider, event_id FROM webhook_inbox WHERE received_at < ? AND processed IS NOT NULL ORDER BY received_at LIMIT ?)
--   SEARCH webhook_inbox USING COVERING INDEX sqlite_autoindex_webhook_inbox_1 (provider=? AND event_id=?)
--   SEARCH webhook_inbox USING INDEX webhook_processed (received_at<?)

-- payment.simulated-write
WITH entry AS (SELECT unhex(value ->> 0) AS reference, unhex(value ->> 1) AS authorization_reference, unhex(value ->> 2) AS order_id, value ->> 3 AS operation, value ->> 4 AS currency, CAST(value ->> 5 AS bigint) AS amount, value ->> 6 AS outcome, value ->> 7 AS reason, (value ->> 8) AS settles_at FROM json_each(?)) INSERT INTO simulated_ledger (reference, authorization_reference, order_id, operation, currency, amount, outcome, reason, settles_at, created_at)
SELECT entry.reference, entry.authorization_reference, entry.order_id, entry.operation, entry.currency,
entry.amount, entry.outcome, entry.reason, entry.settles_at, ?
FROM entry LEFT JOIN simulated_ledger AS root ON root.reference = entry.authorization_reference
WHERE entry.operation = 'authorize' OR root.outcome = 'approved' AND root.currency = entry.currency AND entry.amount <= CASE entry.operation WHEN 'refund' THEN COALESCE((SELECT SUM(CASE moved.operation WHEN 'capture' THEN moved.amount ELSE -moved.amount END) FROM simulated_ledger AS moved WHERE moved.authorization_reference = root.reference AND moved.operation <> 'authorize' AND moved.operation IN ('capture', 'refund') AND moved.outcome = 'approved'), 0) ELSE root.amount - COALESCE((SELECT SUM(moved.amount) FROM simulated_ledger AS moved WHERE moved.authorization_reference = root.reference AND moved.operation <> 'authorize' AND moved.operation IN ('capture', 'void') AND moved.outcome = 'approved'), 0) END
ON CONFLICT (reference) DO NOTHING
RETURNING reference, outcome, reason, settles_at
--   SEARCH root USING PRIMARY KEY (reference=?) LEFT-JOIN
--   SEARCH moved USING INDEX simulated_ledger_moved (authorization_reference=?)
--   SEARCH moved USING INDEX simulated_ledger_moved (authorization_reference=?)

-- payment.simulated-decide
UPDATE simulated_ledger
SET settles_at = NULL, outcome = CASE outcome WHEN 'approving' THEN 'approved' WHEN 'declining' THEN 'declined' ELSE outcome END
WHERE reference = ?
RETURNING reference, outcome, reason, settles_at
--   SEARCH simulated_ledger USING PRIMARY KEY (reference=?)
