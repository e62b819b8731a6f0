-- NULL lets everybody read. A flow from before the column is private.

-- +goose Up
ALTER TABLE flow ADD COLUMN access_control JSON;
UPDATE flow SET access_control = '{}';
CREATE INDEX flow_public_idx ON flow (updated_at, id, user_id) WHERE access_control IS NULL;

-- +goose Down
DROP INDEX flow_public_idx;
ALTER TABLE flow DROP COLUMN access_control;
