-- Searches of the call history read the index, not the wide rows of the table (ADM-2).

-- What is looked in must fit an index entry (2 704 bytes, four a character); numbers and names come from strangers.
UPDATE call SET search = left(search, 600) WHERE length(search) > 600;
ALTER TABLE call ADD CONSTRAINT call_search_length CHECK (length(search) <= 600);

-- A walk in the order of the page that sees the text and what is filtered by: sixty calls to a page of the index, where
-- the table has nine and those of other domains among them.
CREATE INDEX call_text ON call (domain_id, started_at DESC, call_id DESC) INCLUDE (direction, kind, line, search);

-- An index alone is enough only for pages of the table that are known to be visible to all, and it is the newest calls
-- that are asked for: after 5 000 new calls, not after a fifth of the table.
ALTER TABLE call SET (autovacuum_vacuum_insert_threshold = 5000, autovacuum_vacuum_insert_scale_factor = 0);
ALTER TABLE call_party SET (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);

-- A frequent word with a filter that few calls fit: the index of grams knows both, so only calls that have both are
-- fetched. Marked with the domain, as grams are.
CREATE FUNCTION call_facets(domain uuid, direction text, kind text, line text) RETURNS text[]
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  AS $$
    DECLARE
      mark text := right(domain::text, 4);
    BEGIN
      RETURN ARRAY[mark || 'd' || direction, mark || 'k' || kind, mark || 'l' || coalesce(line, '')];
    END
  $$;
DROP INDEX call_search;
CREATE INDEX call_search ON call USING gin
  (call_grams(domain_id, search), call_facets(domain_id, direction, kind, line));
