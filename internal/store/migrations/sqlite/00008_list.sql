-- Lists are ordered by updated_at and then id. Many flows that were imported in
-- one second would have to be sorted for each page without these.
--
-- flow_count saves the first page from counting all others. Postgres has none:
-- writes of one user's flows would wait for each other at their row.

-- +goose Up
CREATE INDEX flow_user_id_updated_at_id_idx ON flow (user_id, updated_at, id);
CREATE INDEX flow_updated_at_id_idx ON flow (updated_at, id);

CREATE TABLE flow_count (
    user_id VARCHAR PRIMARY KEY,
    flows BIGINT NOT NULL,
    public BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO flow_count (user_id, flows, public)
SELECT user_id, count(*), count(*) FILTER (WHERE access_control IS NULL) FROM flow GROUP BY user_id;

-- +goose StatementBegin
CREATE TRIGGER flow_count_insert AFTER INSERT ON flow BEGIN
    INSERT INTO flow_count (user_id, flows, public) VALUES (new.user_id, 1, new.access_control IS NULL)
    ON CONFLICT (user_id) DO UPDATE SET flows = flows + 1, public = public + excluded.public;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER flow_count_delete AFTER DELETE ON flow BEGIN
    UPDATE flow_count SET flows = flows - 1, public = public - (old.access_control IS NULL) WHERE user_id = old.user_id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER flow_count_update AFTER UPDATE OF user_id, access_control ON flow
WHEN old.user_id <> new.user_id OR (old.access_control IS NULL) <> (new.access_control IS NULL) BEGIN
    UPDATE flow_count SET flows = flows - 1, public = public - (old.access_control IS NULL) WHERE user_id = old.user_id;
    INSERT INTO flow_count (user_id, flows, public) VALUES (new.user_id, 1, new.access_control IS NULL)
    ON CONFLICT (user_id) DO UPDATE SET flows = flows + 1, public = public + excluded.public;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER flow_count_update;
DROP TRIGGER flow_count_delete;
DROP TRIGGER flow_count_insert;
DROP TABLE flow_count;
DROP INDEX flow_updated_at_id_idx;
DROP INDEX flow_user_id_updated_at_id_idx;
