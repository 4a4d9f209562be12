-- Round trip, and how the phone received us by its RTCP reports: quality in both directions.
ALTER TABLE call_leg
  ADD COLUMN rtt_ms        double precision,
  ADD COLUMN far_loss      double precision,
  ADD COLUMN far_jitter_ms double precision,
  ADD COLUMN far_mos       double precision;
