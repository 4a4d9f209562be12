-- Pages and search of the call history (ADM-1, ADM-2) in milliseconds whatever the number of tenants.

ALTER TABLE call
  -- Our public number of the call: the line it came in by, or the number shown outside (ADM-2.2). Stays when the
  -- number is disconnected.
  ADD COLUMN line   text,
  -- Worst leg.
  ADD COLUMN mos    real,
  -- What ADM-2.3 looks in, lower case: numbers, names, logins of the users who took part.
  ADD COLUMN search text NOT NULL DEFAULT '';

UPDATE call c SET
  line = (SELECT n.digits FROM number n WHERE n.domain_id = c.domain_id AND n.number_id = c.number_id),
  mos = (SELECT min(l.mos) FROM call_leg l WHERE l.call_id = c.call_id),
  search = lower(concat_ws(E'\n', a_number, a_name, b_number, b_name));

-- Three neighbouring characters of the text with a mark of the domain before them, in one number. pg_trgm is of no use
-- here: under the C locale it drops every letter that is not ASCII, and its lists are shared by all tenants.
CREATE FUNCTION call_grams(domain uuid, words text) RETURNS bigint[]
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
  AS $$
    DECLARE
      mark bigint := (('x' || right(domain::text, 4))::bit(16)::bigint & 32767) << 48;
      grams bigint[] := '{}';
      a bigint := -1;
      b bigint := -1;
      c bigint;
      letter text;
    BEGIN
      FOREACH letter IN ARRAY string_to_array(words, NULL) LOOP
        c := ascii(letter) & 65535;
        IF a >= 0 THEN grams := array_append(grams, mark | (a << 32) | (b << 16) | c); END IF;
        a := b;
        b := c;
      END LOOP;
      RETURN grams;
    END
  $$;
CREATE INDEX call_search ON call USING gin (call_grams(domain_id, search));

-- Filters of ADM-2: one walk per direction and kind, each in the order of the page.
CREATE INDEX call_kind_page ON call (domain_id, direction, kind, started_at DESC, call_id DESC);
CREATE INDEX call_line_page ON call (domain_id, line, direction, kind, started_at DESC, call_id DESC)
  WHERE line IS NOT NULL;
DROP INDEX call_party_page;
CREATE INDEX call_party_page ON call_party (domain_id, role, subject, kind, started_at DESC, call_id DESC, ordinal DESC);
