-- The records of runs. The big columns come last: a list that leaves them out then
-- does not read their pages. What a run has not yet, or never had, is null.

-- +goose Up
CREATE TABLE flow_execution (
    id VARCHAR PRIMARY KEY,
    flow_id VARCHAR NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    user_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    execution_time BIGINT,
    created_at BIGINT NOT NULL,
    meta JSON NOT NULL,
    inputs JSON,
    outputs JSON,
    node_results JSON,
    errors JSON
);
CREATE INDEX flow_execution_flow_id_idx ON flow_execution (flow_id, created_at, id);
CREATE INDEX flow_execution_user_id_idx ON flow_execution (flow_id, user_id, created_at, id);
CREATE INDEX flow_execution_unfinished_idx ON flow_execution (status) WHERE status IN ('pending', 'running');

-- +goose Down
DROP TABLE flow_execution;
