-- These organisations that grant measures have another address.
update mis.onmsz
   set address    = address || ', корпус 2',
       basis_num  = '15-п',
       basis_date = date '2025-06-30',
       basis_name = 'О переезде (вымышленный акт)',
       upd_dt     = now()
 where id = any ($1::bigint[])
