-- The tables of order.
--
-- Rows of one order are only ever written together with it, so no foreign key is checked on the way of a purchase.

CREATE TABLE orders (
    -- Counts up; people see it plus one million.
    number @serial,
    id @id NOT NULL UNIQUE,
    status @text NOT NULL CHECK (status IN ('placed', 'confirmed', 'fulfilled', 'cancelled', 'rejected')),
    email @text NOT NULL,
    -- The email address folded by Unicode, which neither database can do: orders are found by it.
    email_folded @text NOT NULL,
    currency @text NOT NULL,
    total @int NOT NULL CHECK (total >= 0),
    note @text,
    -- JSON
    shipping_address @text,
    -- JSON: why the order was rejected, or lost after it was confirmed
    rejection @text,
    -- What was ordered, and what became of it: [{"sku", "title", "quantity", "price", "fulfilled", "returned", "called_off"}].
    -- `price` is that of one unit; counts that are 0 are left out: units that left the house, that came back after it, and
    -- that were called off before it.
    lines @json NOT NULL,
    -- What is known of the money; each of these only ever grows.
    payment_id @id,
    -- 0 pending, 1 authorized, 2 captured, 3 declined, 4 voided
    payment_stage @int NOT NULL DEFAULT 0 CHECK (payment_stage BETWEEN 0 AND 4),
    authorized @int NOT NULL DEFAULT 0,
    captured @int NOT NULL DEFAULT 0,
    refunded @int NOT NULL DEFAULT 0,
    -- How many events the order has published.
    version @int NOT NULL CHECK (version > 0),
    -- What happens to every order, for its timeline; see the table `timeline` for the rest. The last two are the times of
    -- payment's events, and NULL for other sums than the total.
    placed_by @text NOT NULL,
    created_at @time NOT NULL,
    updated_at @time NOT NULL,
    confirmed_at @time,
    authorized_at @time,
    captured_at @time,
    -- The idempotency key that the order was placed under; NULL once it was used again, after its time. The answer that is
    -- kept: a 201 is rebuilt from the row, by the shape that its bytes had; any other, and one that cannot be rebuilt byte
    -- for byte, stands in `answer_body`.
    key_scope @text,
    key @text,
    key_fingerprint @text,
    answer_status @int,
    answer_shape @int,
    answer_body @text,
    -- The checkout saga; all of it is NULL once it has ended.
    --
    -- It has no table of its own. With one, an order wrote two rows more (on Postgres with two index entries, in SQLite with
    -- four changes of a tree), and sagas and orders had to be locked in turn. Here the confirmation is an update without an
    -- index entry on Postgres, because it changes no indexed column, and the end of the saga is one with an entry in each
    -- index (five), because `due_at` changes; in SQLite it changes one entry.
    saga @text CHECK (saga IN ('placing', 'pending', 'undoing', 'settling')),
    -- From then on any process may take the saga up, moving this forward to keep it to itself.
    due_at @time,
    -- Until then it may still become an order.
    deadline_at @time,
    tries @int NOT NULL DEFAULT 0,
    method @text,
    -- The payment token; removed when the order is confirmed or turned back.
    token @text,
    -- JSON: what is being undone, and why
    undoing @text,
    -- The cart that is being checked out.
    cart_id @id,
    request_id @text,
    correlation_id @id,
    traceparent @text,
    -- Keyed hashes of the network address and the email: who may hold how much stock before it is paid for. Removed with the
    -- token. `unpaid`: 0 has the time of a normal payment, 1 holds no more than the shared part of a SKU from the start, 2
    -- has taken longer than a normal payment and counts, see `unpaid_order`.
    client @text,
    buyer @text,
    unpaid @int NOT NULL DEFAULT 0,
    -- By what lists find it: the status once the order has come to its end, before that 'open'. It does not change while an
    -- order is placed, confirmed and paid for, so that on Postgres these updates need no index entry (HOT). An index of the
    -- status itself would cost one in every index of the table, each time.
    listed_as @text NOT NULL GENERATED ALWAYS AS
        (CASE WHEN status IN ('fulfilled', 'cancelled', 'rejected') THEN status ELSE 'open' END) STORED,
    UNIQUE (key_scope, key),
    CHECK (0 <= refunded AND refunded <= captured AND captured <= authorized),
    CHECK ((saga IS NULL) = (due_at IS NULL)),
    CHECK (saga IS NULL OR saga <> 'undoing' OR undoing IS NOT NULL)
) @updated;
-- The admin's search by email.
CREATE INDEX orders_email_folded ON orders (email_folded, number);
-- The admin's lists by status.
CREATE INDEX orders_listed_as ON orders (listed_as, number);
-- The runner's look for sagas that are due, and the admin's list of orders that are placed.
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;

-- The SKUs of the orders whose number divided by 1,024 is `block`: orders with a SKU are looked for in the blocks that have
-- it. An entry stands for 1,024 orders, so most orders add none; it is not removed with an order.
CREATE TABLE order_sku (
    sku @bytewise NOT NULL,
    block @int NOT NULL,
    PRIMARY KEY (sku, block)
) @clustered;

-- Orders that hold stock for longer than a normal payment takes, and those that came to nothing that way, which are kept for
-- some minutes.
CREATE TABLE unpaid_order (
    order_id @id PRIMARY KEY,
    -- As in `orders`.
    client @text NOT NULL,
    buyer @text NOT NULL,
    units @int NOT NULL,
    -- NULL while it waits for its payment.
    ended_at @time
) @strict;
CREATE INDEX unpaid_order_client ON unpaid_order (client, ended_at);
CREATE INDEX unpaid_order_buyer ON unpaid_order (buyer, ended_at);
CREATE INDEX unpaid_order_ended ON unpaid_order (ended_at);

CREATE TABLE fulfilment (
    id @id PRIMARY KEY,
    order_id @id NOT NULL,
    tracking @text,
    -- JSON: units by SKU
    lines @json NOT NULL,
    complete @int NOT NULL CHECK (complete IN (0, 1)),
    actor @text NOT NULL,
    created_at @time NOT NULL
) @strict;
CREATE INDEX fulfilment_order ON fulfilment (order_id, created_at);

CREATE TABLE goods_return (
    id @id PRIMARY KEY,
    order_id @id NOT NULL,
    refund_id @id NOT NULL UNIQUE,
    amount @int NOT NULL CHECK (amount >= 0),
    -- JSON: units by SKU, with how many of them had been shipped
    lines @json NOT NULL,
    restock @int NOT NULL CHECK (restock IN (0, 1)),
    reason @text NOT NULL,
    actor @text NOT NULL,
    created_at @time NOT NULL,
    status @text NOT NULL DEFAULT 'received' CHECK (status IN ('requested', 'approved', 'received', 'refused')),
    -- JSON: units by SKU, with their condition and whether they can be sold again.
    received @json,
    decided_by @text,
    decided_at @time,
    decision @text,
    -- How much of the amount was accepted without a person.
    accepted @int NOT NULL DEFAULT 0
) @strict;
CREATE INDEX goods_return_order ON goods_return (order_id, created_at);
CREATE INDEX goods_return_status ON goods_return (status, id);

-- What happened to an order besides that it was placed, confirmed and paid for: told by the events of order itself and of
-- others.
CREATE TABLE timeline (
    order_id @id NOT NULL,
    at @time NOT NULL,
    source @text NOT NULL,
    position @int NOT NULL,
    what @text NOT NULL,
    actor @text NOT NULL,
    detail @text,
    PRIMARY KEY (order_id, at, source, position)
) @strict;

CREATE TABLE cart (
    id @id PRIMARY KEY,
    -- Counts the changes, so that a checkout takes what its buyer saw.
    version @int NOT NULL,
    -- The order that it became.
    order_id @id,
    created_at @time NOT NULL,
    expires_at @time NOT NULL
) @strict;
CREATE INDEX cart_expires ON cart (expires_at);

CREATE TABLE cart_line (
    cart_id @id NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
    sku @text NOT NULL,
    quantity @int NOT NULL CHECK (quantity > 0),
    added_at @time NOT NULL,
    PRIMARY KEY (cart_id, sku)
) @strict;

-- Units that were not sent and are called off.
CREATE TABLE called_off (
    id @id NOT NULL PRIMARY KEY,
    order_id @id NOT NULL,
    refund_id @id NOT NULL,
    amount @int NOT NULL CHECK (amount >= 0),
    -- JSON: units by SKU
    lines @json NOT NULL,
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
