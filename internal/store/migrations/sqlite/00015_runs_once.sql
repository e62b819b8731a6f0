-- Keys are of requests for runs alone, which are answered with the id of the execution.

-- +goose Up
DELETE FROM idempotency;
ALTER TABLE idempotency DROP COLUMN status;
ALTER TABLE idempotency DROP COLUMN revision;

-- +goose Down
ALTER TABLE idempotency ADD COLUMN status BIGINT NOT NULL DEFAULT 200;
ALTER TABLE idempotency ADD COLUMN revision TEXT NOT NULL DEFAULT '';
