-- Flows are found by name, by parts of their names, and by the beginning of their ids.
--
-- The trigrams of names need the extension pg_trgm. Who may not make it has a search
-- that reads all names, and is told so by 'flowctl server'; see docs/server.md.

-- +goose Up
CREATE INDEX flow_name_idx ON flow USING hash (name);
CREATE INDEX flow_id_idx ON flow (id varchar_pattern_ops);

-- +goose StatementBegin
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXECUTE (
        SELECT format('CREATE INDEX flow_search_idx ON flow USING gin (lower(name) %I.gin_trgm_ops)', nspname)
        FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm'
    );
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR unique_violation THEN
    RAISE NOTICE 'no index for searches: %', SQLERRM;
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP INDEX IF EXISTS flow_search_idx;
DROP INDEX flow_id_idx;
DROP INDEX flow_name_idx;
