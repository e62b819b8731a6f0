-- The big columns come last: a list that leaves them out then does not read their pages.
-- An access_control of NULL lets everybody read.
--
-- flow_grant is whom a flow names as reader or writer, derived from its access_control, so
-- that the list of what a user may read needs no look into the JSON of every flow.
--
-- Lists are ordered by updated_at, and flows of one second by when they were made: by seq, the rowid,
-- with which each index of SQLite ends.
-- Public and private flows have indexes of their own: what somebody may read is their
-- private flows and all public ones.
--
-- flow_count saves the first page of a list from counting all others; its row without a
-- user counts all flows. Postgres has none: writes of one user's flows would wait for each
-- other at their row.

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
    meta JSON DEFAULT '{}',
    access_control JSON,
    extra JSON,
    nodes JSON NOT NULL,
    edges JSON NOT NULL,
    bytes BIGINT GENERATED ALWAYS AS (
        coalesce(octet_length(name), 0) + coalesce(octet_length(description), 0) + coalesce(octet_length(meta), 0) + coalesce(octet_length(nodes), 0) + coalesce(octet_length(edges), 0) + coalesce(octet_length(access_control), 0) + coalesce(octet_length(extra), 0)
    ) VIRTUAL
);
CREATE INDEX flow_updated_at_idx ON flow (updated_at);
CREATE INDEX flow_private_user_id_idx ON flow (user_id, updated_at) WHERE access_control IS NOT NULL;
CREATE INDEX flow_public_user_id_idx ON flow (user_id, updated_at) WHERE access_control IS NULL;
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

CREATE TABLE flow_count (
    user_id VARCHAR PRIMARY KEY,
    flows BIGINT NOT NULL,
    public BIGINT NOT NULL
) WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER flow_count_insert AFTER INSERT ON flow BEGIN
    INSERT INTO flow_count (user_id, flows, public)
    VALUES (new.user_id, 1, new.access_control IS NULL), ('', 1, new.access_control IS NULL)
    ON CONFLICT (user_id) DO UPDATE SET flows = flows + 1, public = public + excluded.public;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER flow_count_delete AFTER DELETE ON flow BEGIN
    UPDATE flow_count SET flows = flows - 1, public = public - (old.access_control IS NULL) WHERE user_id IN (old.user_id, '');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER flow_count_update AFTER UPDATE OF user_id, access_control ON flow
WHEN old.user_id <> new.user_id OR (old.access_control IS NULL) <> (new.access_control IS NULL) BEGIN
    UPDATE flow_count SET flows = flows - 1, public = public - (old.access_control IS NULL) WHERE user_id IN (old.user_id, '');
    INSERT INTO flow_count (user_id, flows, public)
    VALUES (new.user_id, 1, new.access_control IS NULL), ('', 1, new.access_control IS NULL)
    ON CONFLICT (user_id) DO UPDATE SET flows = flows + 1, public = public + excluded.public;
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE flow_grant;
DROP TABLE flow;
DROP TABLE flow_count;
