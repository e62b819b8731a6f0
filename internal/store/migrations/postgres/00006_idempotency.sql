-- +goose Up
CREATE TABLE idempotency (
    user_id VARCHAR NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key VARCHAR NOT NULL,
    created_at BIGINT NOT NULL,
    request BYTEA NOT NULL,
    status BIGINT NOT NULL,
    revision TEXT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_created_at_idx ON idempotency (created_at);

-- +goose Down
DROP TABLE idempotency;
