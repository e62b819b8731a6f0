-- Flows are found by name, and by parts of their names.
--
-- flow_search has the trigrams of names, folded as searches are. Names come into it 64 at
-- a time, which costs little more than one: those of the newest flows, whose seq is after the
-- last multiple of 64, are not in it.

-- +goose Up
CREATE INDEX flow_name_idx ON flow (name, user_id);

CREATE VIRTUAL TABLE flow_search USING fts5(name, content = '', contentless_delete = 1, detail = 'none', tokenize = 'trigram case_sensitive 1');
INSERT INTO flow_search (rowid, name) SELECT seq, name_fold(name) FROM flow;

-- +goose StatementBegin
CREATE TRIGGER flow_search_insert AFTER INSERT ON flow WHEN new.seq % 64 = 0 BEGIN
    INSERT OR REPLACE INTO flow_search (rowid, name) SELECT seq, name_fold(name) FROM flow WHERE seq > new.seq - 64;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER flow_search_delete AFTER DELETE ON flow BEGIN
    DELETE FROM flow_search WHERE rowid = old.seq;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER flow_search_update AFTER UPDATE OF name ON flow WHEN old.name <> new.name BEGIN
    UPDATE flow_search SET name = name_fold(new.name) WHERE rowid = new.seq;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER flow_search_update;
DROP TRIGGER flow_search_delete;
DROP TRIGGER flow_search_insert;
DROP TABLE flow_search;
DROP INDEX flow_name_idx;
