-- A file is given up when it was damaged on its way several times, not when something
-- else went wrong in between.
alter table egisso.received_file add damaged integer not null default 0; -- how often its hash did not hold
