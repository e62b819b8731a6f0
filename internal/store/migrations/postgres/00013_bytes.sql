-- How many bytes a flow and an execution have, for the quotas of their users.
--
-- An idempotency key leads to what was made, by its id: the answer itself may have
-- megabytes.

-- +goose Up
ALTER TABLE flow ADD COLUMN bytes BIGINT GENERATED ALWAYS AS (
    coalesce(octet_length(name::text), 0) + coalesce(octet_length(description::text), 0) + coalesce(octet_length(meta::text), 0) + coalesce(octet_length(nodes::text), 0) + coalesce(octet_length(edges::text), 0) + coalesce(octet_length(access_control::text), 0) + coalesce(octet_length(extra::text), 0)
) STORED;
CREATE INDEX flow_user_id_bytes_idx ON flow (user_id, bytes);
ALTER TABLE flow_execution ADD COLUMN bytes BIGINT GENERATED ALWAYS AS (
    coalesce(octet_length(meta::text), 0) + coalesce(octet_length(inputs::text), 0) + coalesce(octet_length(outputs::text), 0) + coalesce(octet_length(node_results::text), 0) + coalesce(octet_length(errors::text), 0)
) STORED;
CREATE INDEX flow_execution_user_id_bytes_idx ON flow_execution (user_id, bytes);
ALTER TABLE idempotency RENAME COLUMN body TO made;
UPDATE idempotency SET made = substr(made, 8, position('"'::bytea in substr(made, 8)) - 1)
WHERE substr(made, 1, 7) = '{"id":"'::bytea;

-- +goose Down
ALTER TABLE idempotency RENAME COLUMN made TO body;
DROP INDEX flow_execution_user_id_bytes_idx;
ALTER TABLE flow_execution DROP COLUMN bytes;
DROP INDEX flow_user_id_bytes_idx;
ALTER TABLE flow DROP COLUMN bytes;
