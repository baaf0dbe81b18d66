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
    correlation_id @id,
    created_at @time NOT NULL,
    updated_at @time NOT NULL,
    CHECK (amount >= authorized AND authorized >= captured AND captured >= refunded AND refunded >= 0),
    CHECK (method IS NOT NULL AND currency IS NOT NULL OR status = 'voided' AND amount = 0)
) @strict;
CREATE INDEX payment_pending ON payment (created_at) WHERE status = 'pending';

-- One thing asked of a provider; the id is the reference by which the provider knows it. An authorization has the
-- payment's id and a row as soon as there is something to say of it; a refund has the refund's id.
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

-- Where the money is: two rows for each movement, one debit and one credit. Only ever added to.
CREATE TABLE ledger (
    position @serial,
    payment_id @id NOT NULL,
    attempt_id @id NOT NULL REFERENCES attempt (id),
    operation @text NOT NULL CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
    account @text NOT NULL CHECK (account IN ('buyer', 'set_aside', 'taken')),
    currency @text NOT NULL,
    debit @int NOT NULL CHECK (debit >= 0),
    credit @int NOT NULL CHECK (credit >= 0),
    posted_at @time NOT NULL,
    CHECK (debit = 0 OR credit = 0),
    UNIQUE (attempt_id, account)
) @strict;
CREATE INDEX ledger_payment ON ledger (payment_id);

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
) @strict;
CREATE INDEX simulated_ledger_authorization ON simulated_ledger (authorization_reference);
