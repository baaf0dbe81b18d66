-- Orders that hold stock and are not paid for: who may hold how much of it, and for how long.
--
-- `client` and `buyer` are keyed hashes of the network address and the email; both go with the row, or earlier, when the
-- order is paid for. `unpaid`: 0 has the time of a normal payment, 1 holds no more than the shared part of a SKU from the
-- start, 2 has taken longer than a normal payment and counts.
ALTER TABLE placement ADD COLUMN client @text;
ALTER TABLE placement ADD COLUMN buyer @text;
ALTER TABLE placement ADD COLUMN units @int NOT NULL DEFAULT 0;
ALTER TABLE placement ADD COLUMN unpaid @int NOT NULL DEFAULT 0;
CREATE INDEX placement_unpaid_client ON placement (client) WHERE unpaid = 2;
CREATE INDEX placement_unpaid_buyer ON placement (buyer) WHERE unpaid = 2;

-- Orders that held stock for longer than a normal payment takes, and came to nothing. Kept for some minutes.
CREATE TABLE unpaid_order (
    order_id @id PRIMARY KEY,
    client @text NOT NULL,
    buyer @text NOT NULL,
    ended_at @time NOT NULL
) @strict;
CREATE INDEX unpaid_order_client ON unpaid_order (client, ended_at);
CREATE INDEX unpaid_order_buyer ON unpaid_order (buyer, ended_at);
CREATE INDEX unpaid_order_ended ON unpaid_order (ended_at);
