-- Flows are found by name, and by parts of their names.
--
-- flow_search has the trigrams of names, folded as searches are. Its rows are numbered
-- by flow_search_row: SQLite may number those of flow anew.

-- +goose Up
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

-- +goose Down
DROP TRIGGER flow_search_update;
DROP TRIGGER flow_search_delete;
DROP TRIGGER flow_search_insert;
DROP TABLE flow_search;
DROP TABLE flow_search_row;
DROP INDEX flow_name_idx;
