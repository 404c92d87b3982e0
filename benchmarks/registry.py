"""A synthetic registry: so many subjects with 20 events each, the same for the same number.

Transplant, infusion, a baseline and three later assessments, adverse events with grades and seriousness, GVHD for half,
death for four in ten (one in twenty of those dates known to the month), therapy, withdrawal, counts, contacts.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

STUDY = "registry"
QUERY = """
WITH base AS (
  SELECT s.range AS s, k.range AS k, hash(s.range, k.range) AS h, 18000 + (hash(s.range) % 2000)::INTEGER AS d0
  FROM range({n}) s, range(20) k),
kinds AS (
  SELECT *, CASE k
    WHEN 0 THEN 'subject' WHEN 1 THEN 'stratum' WHEN 2 THEN 'transplant' WHEN 3 THEN 'infusion'
    WHEN 4 THEN 'assessment' WHEN 5 THEN 'assessment' WHEN 6 THEN 'assessment' WHEN 7 THEN 'assessment'
    WHEN 8 THEN 'ae_grade' WHEN 9 THEN 'ae_grade' WHEN 10 THEN 'seriousness'
    WHEN 11 THEN CASE WHEN h % 2 = 0 THEN 'gvhd_grade' ELSE 'alive' END
    WHEN 12 THEN CASE WHEN h % 10 < 4 THEN 'death' ELSE 'alive' END
    WHEN 13 THEN CASE WHEN h % 100 < 10 THEN 'therapy' WHEN h % 100 < 13 THEN 'withdrawal' ELSE 'alive' END
    WHEN 14 THEN 'count' ELSE 'alive' END AS kind
  FROM base),
dated AS (
  SELECT *, (h >> 8) % 1000 AS r, kind = 'death' AND h % 20 = 0 AS in_part, (CASE k
    WHEN 0 THEN d0 - 60 WHEN 1 THEN d0 - 60 WHEN 2 THEN d0 - 30 WHEN 3 THEN d0 WHEN 4 THEN d0 - 5
    WHEN 5 THEN d0 + 28 WHEN 6 THEN d0 + 100 WHEN 7 THEN d0 + 180 + h % 200
    WHEN 8 THEN d0 - 3 + (h >> 8) % 40 WHEN 9 THEN d0 + (h >> 8) % 60 WHEN 10 THEN d0 + (h >> 8) % 60
    WHEN 12 THEN d0 + 20 + (h >> 8) % 700 WHEN 14 THEN d0 + 14
    ELSE d0 + k * 20 - 100 + (h >> 8) % 30 END)::INTEGER AS day
  FROM kinds)
SELECT (s * 20 + k + 1)::BIGINT AS id, '{study}' AS study, (s + 1)::BIGINT AS subject, kind,
  CASE kind WHEN 'stratum' THEN (h % 3 + 1)::VARCHAR
    WHEN 'assessment' THEN CASE
      WHEN k = 4 THEN CASE WHEN h % 100 < 75 THEN 'CR' WHEN h % 100 < 95 THEN 'PR' ELSE 'NE' END
      WHEN k = 7 AND h % 100 < 30 THEN 'relapse' WHEN h % 100 < 90 THEN 'CR' ELSE 'SD' END
    WHEN 'ae_grade' THEN CASE WHEN h % 2 = 0 THEN 'ongoing' END
    WHEN 'seriousness' THEN CASE WHEN h % 4 = 0 THEN 'serious' ELSE 'not-serious' END
    WHEN 'therapy' THEN 'relapse' WHEN 'infusion' THEN 'completed' WHEN 'withdrawal' THEN 'all-data' END AS status,
  CASE kind WHEN 'stratum' THEN 'dose_level'
    WHEN 'ae_grade'
      THEN ['non-haematological', 'haematological', 'constitutional', 'laboratory', 'crs'][(h % 5)::INTEGER + 1]
    WHEN 'seriousness' THEN ['Febrile neutropenia', 'Lung infection', 'Sepsis'][(h % 3)::INTEGER + 1]
    WHEN 'gvhd_grade' THEN CASE WHEN h % 3 = 0 THEN 'chronic' ELSE 'acute' END
    WHEN 'death' THEN CASE WHEN h % 3 = 0 THEN 'relapse' ELSE 'infection' END
    WHEN 'therapy' THEN 'chemotherapy' WHEN 'count' THEN 'ANC'
    WHEN 'alive' THEN CASE WHEN h % 2 = 0 THEN 'lab' ELSE 'follow_up' END END AS category,
  (CASE kind WHEN 'ae_grade' THEN CASE WHEN h % 50 = 0 THEN NULL ELSE r % 5 + 1 END
    WHEN 'gvhd_grade' THEN r % 4 + 1 END)::SMALLINT AS grade,
  (CASE kind WHEN 'count' THEN (r % 30) / 10.0 END)::DOUBLE AS value,
  CASE kind WHEN 'ae_grade' THEN CASE h % 3 WHEN 0 THEN 'related' WHEN 1 THEN 'unrelated' END END AS related,
  (CASE kind WHEN 'infusion' THEN 1 WHEN 'withdrawal' THEN h % 2
    WHEN 'seriousness' THEN CASE WHEN h % 20 = 0 THEN NULL ELSE 1 END END)::SMALLINT AS flag,
  day AS first_day, (CASE WHEN in_part THEN day + 20 ELSE day END)::INTEGER AS last_day,
  CASE WHEN in_part THEN 'month' ELSE 'day' END AS precision,
  CASE WHEN k IN (3, 8, 14) THEN day::BIGINT * 86400 + 36000 + (h % 3600)::BIGINT END AS second,
  (CASE WHEN kind IN ('ae_grade', 'seriousness') AND h % 3 > 0 THEN day + r % 20 END)::INTEGER AS end_day,
  NULL::BIGINT AS end_second,
  (CASE WHEN kind = 'ae_grade' AND h % 3 > 0 THEN day + r % 10 END)::INTEGER AS until_day,
  NULL::BIGINT AS until_second,
  CASE WHEN k IN (8, 9, 10) THEN 'adverse_event' ELSE kind END || '/' || chr((65 + s % 20)::INTEGER) || '/ehr/'
    || s || '-' || CASE WHEN k = 10 THEN 9 ELSE k END AS record,
  1::BIGINT AS version, 'Observation/' || printf('%032x', h) || '/_history/1' AS resource,
  (s * 20 + k + 1)::BIGINT AS seq_from, 1::BIGINT << 62 AS seq_to
FROM dated
"""


def write_registry(path: Path, subjects: int) -> None:
    """Write the events as an exported file."""
    with duckdb.connect() as connection:
        connection.sql(QUERY.format(n=subjects, study=STUDY)).write_parquet(str(path))
