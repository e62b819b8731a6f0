-- Lists are ordered by updated_at and then id. Many flows that were imported in
-- one second would have to be sorted for each page without these.

-- +goose Up
CREATE INDEX flow_user_id_updated_at_id_idx ON flow (user_id, updated_at, id);
CREATE INDEX flow_updated_at_id_idx ON flow (updated_at, id);

-- +goose Down
DROP INDEX flow_updated_at_id_idx;
DROP INDEX flow_user_id_updated_at_id_idx;
