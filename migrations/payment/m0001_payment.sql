-- The tables of payment.

-- One order's payment. Its id is also the reference by which the provider knows its authorization, so the row is
-- the record, made before the call, that the provider is about to be asked for money.
-- A row without a method is a tombstone: the order's payment was given up before there was one.
CREATE TABLE payment (
    id @id NOT NULL PRIMARY KEY,
    order_id @id NOT NULL UNIQUE,
    method @text,
    -- Needed to ask again; forgotten as soon as the provider has decided.
    token @text,
    currency @text,
    amount @int NOT NULL,
    status @text NOT NULL CHECK (status IN ('pending', 'authorized', 'captured', 'declined', 'voided', 'refunded')),
    authorized @int NOT NULL,
    captured @int NOT NULL,
    refunded @int NOT NULL,
    -- Counts the payment's events.
    version @int NOT NULL,
    given_up @int NOT NULL CHECK (given_up IN (0, 1)),
    asked_by @text,
    correlation_id @id,
    -- The trace of the request that asked, so that the events of what comes of it carry it on.
    traceparent @text,
    created_at @time NOT NULL,
    updated_at @time NOT NULL,
    -- Counts the row's updates: one that expects another revision changes nothing.
    revision @int NOT NULL,
    -- 1 while this row says all that was asked of the provider: the authorization and at most one capture, each of which was
    -- asked once and was approved, or is under way. With 0 the tables attempt and refund_refusal say it.
    plain @int NOT NULL CHECK (plain IN (0, 1)),
    -- Until when other processes leave alone what is under way in this row; NULL when nothing is.
    lease_until @time,
    -- The reference by which the provider knows the capture, written before it is asked.
    capture_id @id,
    capture_asked_by @text,
    capture_correlation_id @id,
    capture_traceparent @text,
    capture_at @time,
    -- 1 while the worker has to look at the row from time to time. It changes once for a plain order, when it is captured,
    -- so that on Postgres the updates before write no index entry: an update of any column of an index, its condition
    -- included, writes one in every index.
    watched @int NOT NULL CHECK (watched IN (0, 1)),
    CHECK (amount >= authorized AND authorized >= captured AND captured >= refunded AND refunded >= 0),
    CHECK (method IS NOT NULL AND currency IS NOT NULL OR status = 'voided' AND amount = 0),
    CHECK ((capture_id IS NULL) = (capture_at IS NULL) AND (capture_id IS NULL) = (capture_asked_by IS NULL)),
    CHECK (plain = 1 OR capture_id IS NULL AND lease_until IS NULL)
) @updated;
-- What may have been left behind by a process that died (plain = 1), and voids that are to be ended (plain = 0).
CREATE INDEX payment_watched ON payment (plain, created_at) WHERE watched = 1;

-- One thing asked of a provider, of a payment that is not plain; the id is the reference by which the provider knows it. An
-- authorization has the payment's id, a refund the refund's.
CREATE TABLE attempt (
    id @id NOT NULL PRIMARY KEY,
    payment_id @id NOT NULL REFERENCES payment (id),
    operation @text NOT NULL CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
    currency @text NOT NULL,
    amount @int NOT NULL CHECK (amount >= 0),
    status @text NOT NULL
        CHECK (status IN ('queued', 'started', 'unknown', 'pending', 'succeeded', 'failed', 'dropped')),
    reason @text,
    answer @text,
    asked_by @text NOT NULL,
    correlation_id @id,
    traceparent @text,
    tries @int NOT NULL,
    -- When somebody may take it up; whoever does moves it on, so it is a lease as well.
    next_try_at @time,
    created_at @time NOT NULL,
    updated_at @time NOT NULL
) @strict;
CREATE INDEX attempt_payment ON attempt (payment_id);
-- One call at a time for one payment.
CREATE UNIQUE INDEX attempt_open ON attempt (payment_id) WHERE status IN ('started', 'unknown', 'pending');
CREATE UNIQUE INDEX attempt_once ON attempt (payment_id, operation)
    WHERE operation <> 'refund' AND status NOT IN ('failed', 'dropped');
CREATE INDEX attempt_due ON attempt (next_try_at) WHERE status IN ('queued', 'started', 'unknown', 'pending');

-- Where the money is: a row for each movement, from the account that is credited to the one that is debited. Only ever
-- added to. An attempt moves money once. No foreign key: every order writes two movements, the transaction that writes one has
-- locked the payment, and `banyan check` proves that each has its attempt.
CREATE TABLE ledger (
    attempt_id @id NOT NULL PRIMARY KEY,
    payment_id @id NOT NULL,
    operation @text NOT NULL CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
    debit @text NOT NULL CHECK (debit IN ('buyer', 'set_aside', 'taken')),
    credit @text NOT NULL CHECK (credit IN ('buyer', 'set_aside', 'taken')),
    currency @text NOT NULL,
    debited @int NOT NULL CHECK (debited >= 0),
    credited @int NOT NULL CHECK (credited >= 0),
    posted_at @time NOT NULL,
    CHECK (debit <> credit)
) @clustered;

-- What providers told us by themselves. An event has its effect once, however often it is delivered.
CREATE TABLE webhook_inbox (
    provider @text NOT NULL,
    event_id @text NOT NULL,
    body @text NOT NULL,
    -- 'settled', 'known already', 'unknown reference' …
    processed @text,
    received_at @time NOT NULL,
    PRIMARY KEY (provider, event_id)
) @strict;
CREATE INDEX webhook_processed ON webhook_inbox (received_at) WHERE processed IS NOT NULL;

-- Promises to give money back that could not be kept, all or in part: what the shop has to settle by other means.
-- asked - refunded is what is missing.
CREATE TABLE refund_refusal (
    refund_id @id NOT NULL PRIMARY KEY,
    payment_id @id NOT NULL REFERENCES payment (id),
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

-- The simulated provider's own books. Nothing but its code writes them; tests and checks compare.
CREATE TABLE simulated_ledger (
    reference @id NOT NULL PRIMARY KEY,
    authorization_reference @id NOT NULL,
    order_id @id NOT NULL,
    operation @text NOT NULL CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
    currency @text NOT NULL,
    amount @int NOT NULL,
    outcome @text NOT NULL CHECK (outcome IN ('approved', 'declined', 'approving', 'declining')),
    reason @text,
    settles_at @time,
    created_at @time NOT NULL
) @clustered;
-- What was moved of an authorization.
CREATE INDEX simulated_ledger_moved ON simulated_ledger (authorization_reference) WHERE operation <> 'authorize';
