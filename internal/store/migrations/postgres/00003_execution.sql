-- The records of runs. The big columns come last: a list that leaves them out then does
-- not read their pages. What a run has not yet, or never had, is null.
--
-- flow_runner is the servers that have runs under way, each with the time at which it was
-- last known to be there, in milliseconds by the database's clock; runner is which of them
-- has the run. A run that its server has finished is nobody's. One that was taken for dead
-- keeps its server, which may have been silent only.
--
-- request_key is the Idempotency-Key of the request for the run, and request a digest of that.
-- version is the number of the version of the flow that ran.

-- +goose Up
CREATE TABLE flow_runner (
    id VARCHAR PRIMARY KEY,
    renewed_at BIGINT NOT NULL
);

CREATE TABLE flow_execution (
    id VARCHAR PRIMARY KEY,
    flow_id VARCHAR NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    user_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    execution_time BIGINT,
    created_at BIGINT NOT NULL,
    runner VARCHAR,
    cancel_at BIGINT,
    request_key VARCHAR,
    request TEXT,
    version BIGINT,
    meta JSON NOT NULL,
    inputs JSON,
    outputs JSON,
    node_results JSON,
    errors JSON,
    bytes BIGINT GENERATED ALWAYS AS (
        coalesce(octet_length(meta::text), 0) + coalesce(octet_length(inputs::text), 0) + coalesce(octet_length(outputs::text), 0) + coalesce(octet_length(node_results::text), 0) + coalesce(octet_length(errors::text), 0)
    ) STORED
);
CREATE INDEX flow_execution_flow_id_idx ON flow_execution (flow_id, created_at, id);
CREATE INDEX flow_execution_user_id_idx ON flow_execution (flow_id, user_id, created_at, id);
CREATE INDEX flow_execution_user_id_bytes_idx ON flow_execution (user_id, bytes);
CREATE INDEX flow_execution_unfinished_idx ON flow_execution (status) WHERE status IN ('pending', 'running');
CREATE INDEX flow_execution_runner_idx ON flow_execution (runner) WHERE runner IS NOT NULL;
CREATE UNIQUE INDEX flow_execution_request_key_idx ON flow_execution (user_id, request_key);

-- +goose Down
DROP TABLE flow_execution;
DROP TABLE flow_runner;
