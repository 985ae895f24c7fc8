-- Hash of the key (`Idempotency-Key`) of the request that made the present secret: the same request gets it again (decision 49). Nothing
-- before the first rotation.
ALTER TABLE webhooks ADD COLUMN secret_key BYTEA;
