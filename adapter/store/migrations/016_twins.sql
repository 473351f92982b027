-- Facts that say the same assignment (rule L-DUP): equal hashes of recipient,
-- measure, category, period and content.
alter table egisso.source_row add twin_key bytea;
create index source_row_twin on egisso.source_row (twin_key) where twin_key is not null;
