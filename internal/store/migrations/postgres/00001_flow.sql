-- The big columns come last: a list that leaves them out then does not read their
-- pages.

-- +goose Up
CREATE TABLE flow (
    id VARCHAR PRIMARY KEY,
    user_id VARCHAR NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    meta JSON DEFAULT '{}',
    nodes JSON NOT NULL,
    edges JSON NOT NULL
);
CREATE INDEX flow_user_id_idx ON flow (user_id);
CREATE INDEX flow_updated_at_idx ON flow (updated_at);
CREATE INDEX flow_user_id_updated_at_idx ON flow (user_id, updated_at);

-- +goose Down
DROP TABLE flow;
