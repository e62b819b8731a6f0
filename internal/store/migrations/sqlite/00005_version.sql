-- The newest version of a flow is the flow itself: version is its number, and version_by,
-- version_at and message are who wrote it, when and why. What is null there is the owner and
-- the time of the last change: such a flow was there before versions were. flow_version has
-- the earlier ones, text as version.go writes it.
--
-- The updated_at of a flow in the bin is negative, see bin.go.

-- +goose Up
ALTER TABLE flow ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE flow ADD COLUMN version_by VARCHAR;
ALTER TABLE flow ADD COLUMN version_at BIGINT;
ALTER TABLE flow ADD COLUMN message TEXT;

CREATE TABLE flow_version (
    flow_id VARCHAR NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    user_id VARCHAR NOT NULL,
    created_at BIGINT NOT NULL,
    message TEXT,
    digest VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    text BLOB NOT NULL,
    PRIMARY KEY (flow_id, number)
);
CREATE INDEX flow_version_user_id_bytes_idx ON flow_version (user_id, bytes);

CREATE TABLE flow_label (
    flow_id VARCHAR NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    name VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (flow_id, name)
) WITHOUT ROWID;

-- +goose Down
DELETE FROM flow WHERE updated_at < 0;
DROP TABLE flow_label;
DROP TABLE flow_version;
ALTER TABLE flow DROP COLUMN message;
ALTER TABLE flow DROP COLUMN version_at;
ALTER TABLE flow DROP COLUMN version_by;
ALTER TABLE flow DROP COLUMN version;
