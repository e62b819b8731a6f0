-- Who did what with a flow, and when: rows are only added, and the oldest go, see audit.go. The
-- texts are those of that moment, so that a row can be read when the user or the flow is gone.

-- +goose Up
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    action VARCHAR NOT NULL,
    flow_id VARCHAR NOT NULL,
    flow_name TEXT NOT NULL,
    detail TEXT NOT NULL,
    user_id VARCHAR NOT NULL,
    email TEXT NOT NULL,
    key_name TEXT NOT NULL,
    address TEXT NOT NULL
);

-- +goose Down
DROP TABLE audit;
