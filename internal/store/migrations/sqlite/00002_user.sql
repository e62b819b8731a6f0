-- +goose Up
CREATE TABLE users (
    id VARCHAR PRIMARY KEY,
    email VARCHAR NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role VARCHAR NOT NULL CHECK (role IN ('admin', 'user', 'pending')),
    password_hash TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);

CREATE TABLE api_key (
    id VARCHAR PRIMARY KEY,
    user_id VARCHAR NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('api', 'session')),
    hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);
CREATE INDEX api_key_user_id_idx ON api_key (user_id);

-- +goose Down
DROP TABLE api_key;
DROP TABLE users;
