-- Orders are found by what people know of them: an email address, a SKU, a day.

-- The email address folded by Unicode, which neither database can do. Filled by the store for older orders.
ALTER TABLE orders ADD COLUMN email_folded @text;
CREATE INDEX orders_email_folded ON orders (email_folded, number);
CREATE INDEX orders_unfolded ON orders (number) WHERE email_folded IS NULL;
DROP INDEX orders_email;
CREATE INDEX orders_created ON orders (created_at);
CREATE INDEX order_line_sku ON order_line (sku, order_id);
