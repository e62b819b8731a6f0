-- +goose Up
ALTER TABLE flow ADD COLUMN extra JSON;
ALTER TABLE flow ADD COLUMN revision TEXT NOT NULL DEFAULT '';
UPDATE flow SET revision = lower(hex(randomblob(13)));

-- +goose Down
ALTER TABLE flow DROP COLUMN revision;
ALTER TABLE flow DROP COLUMN extra;
