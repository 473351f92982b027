-- Some rows by their keys: how a row the view fails on is told from the others.
 where v.row_key = any ($1::text[])
