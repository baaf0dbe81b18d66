-- Goods are asked to be returned, and the shop decides; units that were not sent are called off; promised money is
-- followed until it is paid.

-- A row of before this was a return that was received at once.
ALTER TABLE goods_return ADD COLUMN status @text NOT NULL DEFAULT 'received'
    CHECK (status IN ('requested', 'approved', 'received', 'refused'));
-- JSON: units by SKU, with their condition and whether they can be sold again.
ALTER TABLE goods_return ADD COLUMN received @text;
ALTER TABLE goods_return ADD COLUMN decided_by @text;
ALTER TABLE goods_return ADD COLUMN decided_at @time;
ALTER TABLE goods_return ADD COLUMN decision @text;
-- How much of the amount was accepted without a person.
ALTER TABLE goods_return ADD COLUMN accepted @int NOT NULL DEFAULT 0;
CREATE INDEX goods_return_status ON goods_return (status, id);

CREATE TABLE called_off (
    id @id NOT NULL PRIMARY KEY,
    order_id @id NOT NULL,
    refund_id @id NOT NULL,
    amount @int NOT NULL CHECK (amount >= 0),
    -- JSON: units by SKU
    lines @text NOT NULL,
    reason @text NOT NULL,
    actor @text NOT NULL,
    created_at @time NOT NULL
) @strict;
CREATE INDEX called_off_order ON called_off (order_id, created_at);

-- Money that an order promises to give back, and what payment made of it.
CREATE TABLE order_refund (
    refund_id @id NOT NULL PRIMARY KEY,
    order_id @id NOT NULL,
    cause @text NOT NULL CHECK (cause IN ('return', 'called_off', 'cancellation')),
    amount @int NOT NULL CHECK (amount > 0),
    paid @int NOT NULL DEFAULT 0 CHECK (paid >= 0),
    status @text NOT NULL DEFAULT 'due' CHECK (status IN ('due', 'paid', 'refused', 'void')),
    reason @text,
    created_at @time NOT NULL,
    updated_at @time NOT NULL
) @strict;
CREATE INDEX order_refund_order ON order_refund (order_id, created_at);
CREATE INDEX order_refund_status ON order_refund (status, order_id);

-- An order of which nothing is left to send is done.
UPDATE orders SET status = CASE WHEN EXISTS (SELECT 1 FROM order_line WHERE order_line.order_id = orders.id
        AND fulfilled > 0) THEN 'fulfilled' ELSE 'cancelled' END
    WHERE status = 'confirmed'
    AND EXISTS (SELECT 1 FROM order_line WHERE order_line.order_id = orders.id)
    AND NOT EXISTS (SELECT 1 FROM order_line WHERE order_line.order_id = orders.id
        AND quantity > fulfilled + returned_unshipped);
