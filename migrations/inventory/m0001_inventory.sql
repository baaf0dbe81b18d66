-- The tables of inventory.

-- What there is of one SKU. What is on hand and not available is held or committed by open claims.
-- `version` counts the events of the SKU's stream.
CREATE TABLE level (
    sku @bytewise PRIMARY KEY,
    on_hand @int NOT NULL,
    available @int NOT NULL,
    low_stock_threshold @int NOT NULL,
    version @int NOT NULL,
    -- By what levels with few units are found, see `persistence/below.rs`.
    band @int NOT NULL GENERATED ALWAYS AS (CASE
        WHEN available < 1 THEN 0 WHEN available < 2 THEN 1 WHEN available < 4 THEN 2 WHEN available < 8 THEN 3
        WHEN available < 16 THEN 4 WHEN available < 32 THEN 5 WHEN available < 64 THEN 6 WHEN available < 128 THEN 7
        WHEN available < 256 THEN 8 WHEN available < 512 THEN 9 WHEN available < 1024 THEN 10 WHEN available < 2048 THEN 11
        WHEN available < 4096 THEN 12 WHEN available < 8192 THEN 13 WHEN available < 16384 THEN 14 WHEN available < 32768 THEN 15
        WHEN available < 65536 THEN 16 WHEN available < 131072 THEN 17 WHEN available < 262144 THEN 18 WHEN available < 524288 THEN 19
        WHEN available < 1048576 THEN 20
        ELSE 21 END) STORED,
    CONSTRAINT level_never_oversold CHECK (available >= 0),
    CONSTRAINT level_adds_up CHECK (available <= on_hand),
    CONSTRAINT level_threshold_counts CHECK (low_stock_threshold >= 0)
) @updated;
CREATE INDEX level_few ON level (band, sku);

-- One order's claim. `lines` (JSON) has [sku, quantity, outstanding] for each SKU in the order of SKUs; what is outstanding
-- weighs on the level while the claim is held or committed. `until` is missing where the order gave up a claim that it
-- never made, `shortage` (JSON) tells what was missing when it was refused. `unpaid`: 1 when the claim counts among those of
-- unpaid orders, 2 when these had no room for it. `version` counts the events of the order's stream here.
-- `in_ledger`: 1 when all movements of the claim are rows of the ledger. Else its hold, made at `created_at`, and its
-- commitment, if `committed_at` is there, moved all units of all lines, and are not.
CREATE TABLE claim (
    order_id @id PRIMARY KEY,
    status @text NOT NULL,
    until @time,
    unpaid @int NOT NULL,
    shortage @json,
    lines @json NOT NULL,
    in_ledger @int NOT NULL,
    version @int NOT NULL,
    created_at @time NOT NULL,
    created_by @text NOT NULL,
    committed_at @time,
    committed_by @text,
    CONSTRAINT claim_status_known CHECK (status IN ('held', 'committed', 'released', 'expired', 'refused')),
    CONSTRAINT claim_refusal_told CHECK ((status = 'refused') = (shortage IS NOT NULL)),
    CONSTRAINT claim_ends CHECK (until IS NOT NULL OR status = 'released'),
    CONSTRAINT claim_marks_known CHECK (unpaid IN (0, 1, 2) AND in_ledger IN (0, 1)),
    CONSTRAINT claim_commitment_told CHECK ((committed_at IS NULL) = (committed_by IS NULL))
) @updated;
-- The sweeper's, and the sums of what is held.
CREATE INDEX claim_held ON claim (until) WHERE status = 'held';

-- Finds the claims of a SKU in the order of time, for its movements. No foreign key to the claim: it would be checked for
-- each line of each order, and `banyan check` finds what is missing.
CREATE TABLE claim_sku (
    sku @bytewise NOT NULL,
    created_at @time NOT NULL,
    order_id @id NOT NULL,
    PRIMARY KEY (sku, created_at, order_id)
) @clustered;

-- The movements of levels that are not read from a claim, append-only. With those that are, every level can be rebuilt.
CREATE TABLE ledger (
    id @serial,
    sku @bytewise NOT NULL REFERENCES level (sku),
    kind @text NOT NULL,
    delta_on_hand @int NOT NULL,
    delta_held @int NOT NULL,
    delta_committed @int NOT NULL,
    order_id @id,
    reason @text,
    actor @text NOT NULL,
    at @time NOT NULL,
    CONSTRAINT ledger_kind_known CHECK (
        kind IN ('opening', 'hold', 'commit', 'release', 'expire', 'fulfil', 'return', 'adjust')
    )
) @strict;
CREATE INDEX ledger_sku ON ledger (sku, at, id);
