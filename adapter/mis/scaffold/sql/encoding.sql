-- Names and values of enums as the gateway reads texts, for this transaction.
select set_config('client_encoding', 'UTF8', true)
