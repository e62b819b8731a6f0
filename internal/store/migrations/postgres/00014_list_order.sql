-- Lists are ordered by updated_at, and flows of one second by when they were made:
-- seq numbers them. Public and private flows have indexes of their own: what somebody may
-- read is their private flows and all public ones.

-- +goose Up
CREATE SEQUENCE flow_seq_seq;
ALTER TABLE flow ADD COLUMN seq BIGINT;
UPDATE flow SET seq = made.place
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place FROM flow) AS made WHERE made.id = flow.id;
SELECT setval('flow_seq_seq', (SELECT count(*) + 1 FROM flow), false);
ALTER TABLE flow ALTER COLUMN seq SET NOT NULL, ALTER COLUMN seq SET DEFAULT nextval('flow_seq_seq');
ALTER SEQUENCE flow_seq_seq OWNED BY flow.seq;
CREATE INDEX flow_private_user_id_idx ON flow (user_id, updated_at, seq) WHERE access_control IS NOT NULL;
CREATE INDEX flow_public_user_id_idx ON flow (user_id, updated_at, seq) WHERE access_control IS NULL;
CREATE INDEX flow_updated_at_idx ON flow (updated_at, seq);
DROP INDEX flow_user_id_updated_at_id_idx;
DROP INDEX flow_updated_at_id_idx;
DROP INDEX flow_public_idx;
CREATE INDEX flow_public_idx ON flow (updated_at, seq) WHERE access_control IS NULL;

-- +goose Down
DROP INDEX flow_public_idx;
CREATE INDEX flow_public_idx ON flow (updated_at, id, user_id) WHERE access_control IS NULL;
CREATE INDEX flow_user_id_updated_at_id_idx ON flow (user_id, updated_at, id);
CREATE INDEX flow_updated_at_id_idx ON flow (updated_at, id);
DROP INDEX flow_updated_at_idx;
DROP INDEX flow_public_user_id_idx;
DROP INDEX flow_private_user_id_idx;
ALTER TABLE flow DROP COLUMN seq;
