-- The trace of the request that asked, so that the events of what comes of it carry it on.
ALTER TABLE payment ADD COLUMN traceparent @text;
ALTER TABLE attempt ADD COLUMN traceparent @text;
