-- Whom a flow names as reader, derived from its access_control, so that the list
-- of what a user may read needs no look into the JSON of every flow.

-- +goose Up
CREATE TABLE flow_grant (
    user_id VARCHAR NOT NULL,
    flow_id VARCHAR NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, flow_id)
) WITHOUT ROWID;
CREATE INDEX flow_grant_flow_id_idx ON flow_grant (flow_id);
INSERT OR IGNORE INTO flow_grant (user_id, flow_id)
SELECT reader.value, flow.id
FROM flow, json_each(flow.access_control, '$.read.user_ids') AS reader
WHERE reader.type = 'text' AND octet_length(reader.value) <= 255;

-- +goose Down
DROP TABLE flow_grant;
