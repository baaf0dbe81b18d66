-- The tables of inventory.

-- What there is of one SKU. `available` is kept, not computed, so that one conditional update can claim it.
-- `low`: 0 at or above the threshold, 1 below it, 2 when the last movement took it below.
-- `version` counts the events of the SKU's stream.
CREATE TABLE level (
    sku @text PRIMARY KEY,
    on_hand @int NOT NULL,
    held @int NOT NULL,
    committed @int NOT NULL,
    available @int NOT NULL,
    low_stock_threshold @int NOT NULL,
    low @int NOT NULL,
    version @int NOT NULL,
    CONSTRAINT level_counts_real_units CHECK (on_hand >= 0 AND held >= 0 AND committed >= 0),
    CONSTRAINT level_never_oversold CHECK (available >= 0),
    CONSTRAINT level_adds_up CHECK (available = on_hand - held - committed),
    CONSTRAINT level_knows_low CHECK (low_stock_threshold >= 0 AND low IN (0, 1, 2))
) @strict;

-- One order's claim. `until` is missing where the order gave up a claim that it never made, `shortage` (JSON)
-- tells what was missing when it was refused, `version` counts the events of the order's stream here.
CREATE TABLE hold (
    order_id @id PRIMARY KEY,
    status @text NOT NULL,
    until @time,
    shortage @text,
    version @int NOT NULL,
    created_at @time NOT NULL,
    CONSTRAINT hold_status_known CHECK (status IN ('held', 'committed', 'released', 'expired', 'refused')),
    CONSTRAINT hold_refusal_told CHECK ((status = 'refused') = (shortage IS NOT NULL)),
    CONSTRAINT hold_ends CHECK (until IS NOT NULL OR status = 'released')
) @strict;
CREATE INDEX hold_open ON hold (until) WHERE status = 'held';

-- A SKU stands once in a claim. `outstanding` is what has not been sent or given up yet; it weighs on the level
-- while the claim is held or committed. No foreign keys: the one statement that writes a line has just written
-- its hold and its level, and a check for each line would double the cost of the hottest path.
CREATE TABLE hold_line (
    order_id @id NOT NULL,
    sku @text NOT NULL,
    quantity @int NOT NULL,
    outstanding @int NOT NULL,
    PRIMARY KEY (order_id, sku),
    CONSTRAINT hold_line_claims_units CHECK (quantity > 0 AND outstanding BETWEEN 0 AND quantity)
) @strict;

-- Every movement of every level, append-only: the level can be rebuilt from it.
CREATE TABLE ledger (
    id @serial,
    sku @text NOT NULL,
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
CREATE INDEX ledger_sku ON ledger (sku, id);
