-- The servers that have runs under way, each with the time at which it last said
-- so, in milliseconds by the database's clock; and which of them has which run. A
-- run that its server has finished is nobody's. One that was taken for dead keeps
-- its server, which may have been silent only.

-- +goose Up
CREATE TABLE flow_runner (
    id VARCHAR PRIMARY KEY,
    renewed_at BIGINT NOT NULL
);
ALTER TABLE flow_execution ADD COLUMN runner VARCHAR;
ALTER TABLE flow_execution ADD COLUMN cancel_at BIGINT;
CREATE INDEX flow_execution_runner_idx ON flow_execution (runner) WHERE runner IS NOT NULL;

-- +goose Down
DROP INDEX flow_execution_runner_idx;
ALTER TABLE flow_execution DROP COLUMN cancel_at;
ALTER TABLE flow_execution DROP COLUMN runner;
DROP TABLE flow_runner;
