-- Lists are ordered by updated_at, and flows of one second by when they were made: by
-- rowid, with which each index of SQLite ends. Public and private flows have indexes of
-- their own: what somebody may read is their private flows and all public ones.

-- +goose Up
CREATE INDEX flow_private_user_id_idx ON flow (user_id, updated_at) WHERE access_control IS NOT NULL;
CREATE INDEX flow_public_user_id_idx ON flow (user_id, updated_at) WHERE access_control IS NULL;
CREATE INDEX flow_updated_at_idx ON flow (updated_at);
DROP INDEX flow_user_id_updated_at_id_idx;
DROP INDEX flow_updated_at_id_idx;
DROP INDEX flow_public_idx;
CREATE INDEX flow_public_idx ON flow (updated_at) WHERE access_control IS NULL;

-- +goose Down
DROP INDEX flow_public_idx;
CREATE INDEX flow_public_idx ON flow (updated_at, id, user_id) WHERE access_control IS NULL;
CREATE INDEX flow_user_id_updated_at_id_idx ON flow (user_id, updated_at, id);
CREATE INDEX flow_updated_at_id_idx ON flow (updated_at, id);
DROP INDEX flow_updated_at_idx;
DROP INDEX flow_public_user_id_idx;
DROP INDEX flow_private_user_id_idx;
