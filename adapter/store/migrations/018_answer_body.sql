-- The primary content of an answer as it was verified: a classifier has 20 MiB and
-- more, which inside the JSON of the answer are as many again and copies on the way.
alter table egisso.answer add column body bytea; -- null: there is none, or it is in content, as it once was
