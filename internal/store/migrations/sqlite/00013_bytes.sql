-- How many bytes a flow and an execution have, for the quotas of their users.
--
-- An idempotency key leads to what was made, by its id: the answer itself may have
-- megabytes.

-- +goose Up
ALTER TABLE flow ADD COLUMN bytes BIGINT GENERATED ALWAYS AS (
    coalesce(octet_length(name), 0) + coalesce(octet_length(description), 0) + coalesce(octet_length(meta), 0) + coalesce(octet_length(nodes), 0) + coalesce(octet_length(edges), 0) + coalesce(octet_length(access_control), 0) + coalesce(octet_length(extra), 0)
) VIRTUAL;
CREATE INDEX flow_user_id_bytes_idx ON flow (user_id, bytes);
ALTER TABLE flow_execution ADD COLUMN bytes BIGINT GENERATED ALWAYS AS (
    coalesce(octet_length(meta), 0) + coalesce(octet_length(inputs), 0) + coalesce(octet_length(outputs), 0) + coalesce(octet_length(node_results), 0) + coalesce(octet_length(errors), 0)
) VIRTUAL;
CREATE INDEX flow_execution_user_id_bytes_idx ON flow_execution (user_id, bytes);
ALTER TABLE idempotency RENAME COLUMN body TO made;
UPDATE idempotency SET made = CAST(substr(CAST(made AS TEXT), 8, instr(substr(CAST(made AS TEXT), 8), '"') - 1) AS BLOB)
WHERE substr(made, 1, 7) = CAST('{"id":"' AS BLOB);

-- +goose Down
ALTER TABLE idempotency RENAME COLUMN made TO body;
DROP INDEX flow_execution_user_id_bytes_idx;
ALTER TABLE flow_execution DROP COLUMN bytes;
DROP INDEX flow_user_id_bytes_idx;
ALTER TABLE flow DROP COLUMN bytes;
