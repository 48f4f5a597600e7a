"""Keep the group's records: the tracking sheet, statistics, the identity key, documents, and what events may be told."""
