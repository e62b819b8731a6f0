-- Flows are found by name, by parts of their names, and by the beginning of their ids.
-- Three indexes go that those of migration 8 begin with.
--
-- flow_search has the trigrams of names, folded as searches are. Its rows are numbered
-- by flow_search_row: SQLite may number those of flow anew.
--
-- The row of flow_count without a user counts all flows.

-- +goose Up
DROP INDEX flow_user_id_idx;
DROP INDEX flow_updated_at_idx;
DROP INDEX flow_user_id_updated_at_idx;
CREATE INDEX flow_name_idx ON flow (name, user_id);

CREATE TABLE flow_search_row (
    number INTEGER PRIMARY KEY,
    flow_id VARCHAR NOT NULL UNIQUE
);
INSERT INTO flow_search_row (flow_id) SELECT id FROM flow;
CREATE VIRTUAL TABLE flow_search USING fts5(name, content = '', contentless_delete = 1, detail = 'none', tokenize = 'trigram case_sensitive 1');
INSERT INTO flow_search (rowid, name)
SELECT number, name_fold(name) FROM flow_search_row JOIN flow ON id = flow_id;

-- +goose StatementBegin
CREATE TRIGGER flow_search_insert AFTER INSERT ON flow BEGIN
    INSERT INTO flow_search_row (flow_id) VALUES (new.id);
    INSERT INTO flow_search (rowid, name) SELECT number, name_fold(new.name) FROM flow_search_row WHERE flow_id = new.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER flow_search_delete AFTER DELETE ON flow BEGIN
    DELETE FROM flow_search WHERE rowid = (SELECT number FROM flow_search_row WHERE flow_id = old.id);
    DELETE FROM flow_search_row WHERE flow_id = old.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER flow_search_update AFTER UPDATE OF name ON flow WHEN old.name <> new.name BEGIN
    UPDATE flow_search SET name = name_fold(new.name) WHERE rowid = (SELECT number FROM flow_search_row WHERE flow_id = new.id);
END;
-- +goose StatementEnd

INSERT INTO flow_count (user_id, flows, public) SELECT '', coalesce(sum(flows), 0), coalesce(sum(public), 0) FROM flow_count;
DROP TRIGGER flow_count_insert;
DROP TRIGGER flow_count_delete;
DROP TRIGGER flow_count_update;

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
DROP TRIGGER flow_count_update;
DROP TRIGGER flow_count_delete;
DROP TRIGGER flow_count_insert;
DELETE FROM flow_count WHERE user_id = '';

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

DROP TRIGGER flow_search_update;
DROP TRIGGER flow_search_delete;
DROP TRIGGER flow_search_insert;
DROP TABLE flow_search;
DROP TABLE flow_search_row;
DROP INDEX flow_name_idx;
CREATE INDEX flow_user_id_idx ON flow (user_id);
CREATE INDEX flow_updated_at_idx ON flow (updated_at);
CREATE INDEX flow_user_id_updated_at_idx ON flow (user_id, updated_at);
