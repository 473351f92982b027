-- What a row says need not be, word for word, what ЕГИССО holds of it: a code given
-- by ЕГИССО, an end no event follows from, the reason of an application. The content
-- it was decided on that nothing is to be sent is remembered, so that a
-- reconciliation does not take such a row for a forgotten one.
alter table egisso.source_row add settled_hash bytea;
