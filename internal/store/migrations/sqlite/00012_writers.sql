-- Whom a flow names as writer, too, for the list of what a user may change.

-- +goose Up
ALTER TABLE flow_grant ADD COLUMN can_read BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE flow_grant ADD COLUMN can_write BOOLEAN NOT NULL DEFAULT FALSE;
INSERT INTO flow_grant (user_id, flow_id, can_read, can_write)
SELECT DISTINCT writer.value, flow.id, FALSE, TRUE
FROM flow, json_each(flow.access_control, '$.write.user_ids') AS writer
WHERE writer.type = 'text' AND octet_length(writer.value) BETWEEN 1 AND 255
ON CONFLICT (user_id, flow_id) DO UPDATE SET can_write = TRUE;

-- +goose Down
DELETE FROM flow_grant WHERE NOT can_read;
ALTER TABLE flow_grant DROP COLUMN can_write;
ALTER TABLE flow_grant DROP COLUMN can_read;
