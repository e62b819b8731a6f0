-- +goose Up
CREATE TABLE users (
    id VARCHAR PRIMARY KEY,
    email VARCHAR NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role VARCHAR NOT NULL CHECK (role IN ('admin', 'user', 'pending')),
    password_hash TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE users;
