-- Promises to give money back that could not be kept, all or in part: what the shop has to settle by other means.
-- asked - refunded is what is missing.
CREATE TABLE refund_refusal (
    refund_id @id NOT NULL PRIMARY KEY,
    payment_id @id NOT NULL,
    currency @text NOT NULL,
    asked @int NOT NULL CHECK (asked > 0),
    -- What of it is given back, or about to be.
    refunded @int NOT NULL CHECK (refunded >= 0),
    -- What could be given back when the promise came.
    left_over @int NOT NULL CHECK (left_over >= 0),
    reason @text NOT NULL,
    asked_by @text NOT NULL,
    created_at @time NOT NULL,
    resolved_at @time,
    resolved_by @text,
    resolution @text,
    CHECK (refunded < asked)
) @strict;
CREATE INDEX refund_refusal_payment ON refund_refusal (payment_id);
CREATE INDEX refund_refusal_open ON refund_refusal (created_at) WHERE resolved_at IS NULL;
-- Voids that are to be ended; hardly ever a row.
CREATE INDEX payment_given_up ON payment (id) WHERE status = 'authorized' AND given_up = 1;

-- Those that were dropped without a word before this step.
INSERT INTO refund_refusal (refund_id, payment_id, currency, asked, refunded, left_over, reason, asked_by, created_at)
SELECT attempt.id, attempt.payment_id, attempt.currency, attempt.amount, 0, payment.captured - payment.refunded,
    COALESCE(attempt.answer, 'the provider said no'), attempt.asked_by, attempt.updated_at
FROM attempt JOIN payment ON payment.id = attempt.payment_id
WHERE attempt.operation = 'refund' AND attempt.status = 'failed' AND attempt.amount > 0;
