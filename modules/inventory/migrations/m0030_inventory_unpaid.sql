-- Whether the order of a claim takes longer to be paid for than a normal payment: then all such claims together may
-- hold no more than a part of each SKU. A claim that was refused for that keeps the mark too.
ALTER TABLE hold ADD COLUMN unpaid @int NOT NULL DEFAULT 0;
CREATE INDEX hold_unpaid ON hold (order_id) WHERE unpaid = 1 AND status = 'held';
