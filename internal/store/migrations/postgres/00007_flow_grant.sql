-- Whom a flow names as reader, derived from its access_control, so that the list
-- of what a user may read needs no look into the JSON of every flow.

-- +goose Up
CREATE TABLE flow_grant (
    user_id VARCHAR NOT NULL,
    flow_id VARCHAR NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, flow_id)
);
CREATE INDEX flow_grant_flow_id_idx ON flow_grant (flow_id);
INSERT INTO flow_grant (user_id, flow_id)
SELECT DISTINCT reader.value, flow.id
FROM flow, json_array_elements_text(CASE
    WHEN access_control::text ~* '\\u(0000|d[89a-f])' THEN NULL -- json cannot give those as text
    WHEN json_typeof(access_control -> 'read' -> 'user_ids') = 'array' THEN access_control -> 'read' -> 'user_ids'
END) AS reader
WHERE octet_length(reader.value) <= 255;

-- +goose Down
DROP TABLE flow_grant;
