-- Whom a flow names as writer, too, for the list of what a user may change.

-- +goose Up
ALTER TABLE flow_grant ADD COLUMN can_read BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE flow_grant ADD COLUMN can_write BOOLEAN NOT NULL DEFAULT FALSE;
INSERT INTO flow_grant (user_id, flow_id, can_read, can_write)
SELECT DISTINCT writer.value, flow.id, FALSE, TRUE
FROM flow, json_array_elements_text(CASE
    WHEN access_control::text ~* '\\u(0000|d[89a-f])' THEN NULL -- json cannot give those as text
    WHEN json_typeof(access_control -> 'write' -> 'user_ids') = 'array' THEN access_control -> 'write' -> 'user_ids'
END) AS writer
WHERE octet_length(writer.value) BETWEEN 1 AND 255
ON CONFLICT (user_id, flow_id) DO UPDATE SET can_write = TRUE;

-- +goose Down
DELETE FROM flow_grant WHERE NOT can_read;
ALTER TABLE flow_grant DROP COLUMN can_write;
ALTER TABLE flow_grant DROP COLUMN can_read;
