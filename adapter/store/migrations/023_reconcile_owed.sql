-- Changes of a register may have been missed since: the source went back in time, or
-- trimmed its log of changes before it was read. A reconciliation that began later
-- pays for it.
alter table egisso.source_cursor add column reconcile_from timestamptz;
