-- The rows without a key, after a pass over the whole view.
 where v.row_key is null or v.row_key = ''
