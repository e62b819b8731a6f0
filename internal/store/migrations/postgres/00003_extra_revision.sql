-- +goose Up
ALTER TABLE flow ADD COLUMN extra JSON;
ALTER TABLE flow ADD COLUMN revision TEXT NOT NULL DEFAULT '';
UPDATE flow SET revision = substr(md5(random()::text || id), 1, 26);

-- +goose Down
ALTER TABLE flow DROP COLUMN revision;
ALTER TABLE flow DROP COLUMN extra;
