-- The big columns come last: a list that leaves them out then does not read their pages.
-- An access_control of NULL lets everybody read.
--
-- flow_grant is whom a flow names as reader or writer, derived from its access_control, so
-- that the list of what a user may read needs no look into the JSON of every flow.
--
-- Lists are ordered by updated_at, and flows of one second by when they were made: by seq, the rowid,
-- with which each index of SQLite ends.

-- +goose Up
CREATE TABLE flow (
    seq INTEGER PRIMARY KEY,
    id VARCHAR NOT NULL UNIQUE,
    user_id VARCHAR NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision TEXT NOT NULL,
    digest TEXT NOT NULL,
    meta JSON NOT NULL DEFAULT '{}',
    access_control JSON,
    extra JSON,
    nodes JSON NOT NULL,
    edges JSON NOT NULL,
    bytes BIGINT GENERATED ALWAYS AS (
        coalesce(octet_length(name), 0) + coalesce(octet_length(description), 0) + coalesce(octet_length(meta), 0) + coalesce(octet_length(nodes), 0) + coalesce(octet_length(edges), 0) + coalesce(octet_length(access_control), 0) + coalesce(octet_length(extra), 0)
    ) VIRTUAL
);
CREATE INDEX flow_updated_at_idx ON flow (updated_at);
CREATE INDEX flow_user_id_idx ON flow (user_id, updated_at);
CREATE INDEX flow_public_idx ON flow (updated_at) WHERE access_control IS NULL;
CREATE INDEX flow_user_id_bytes_idx ON flow (user_id, bytes);

CREATE TABLE flow_grant (
    user_id VARCHAR NOT NULL,
    flow_id VARCHAR NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    can_read BOOLEAN NOT NULL,
    can_write BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, flow_id)
) WITHOUT ROWID;
CREATE INDEX flow_grant_flow_id_idx ON flow_grant (flow_id);

-- +goose Down
DROP TABLE flow_grant;
DROP TABLE flow;
