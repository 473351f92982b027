-- These pharmacies provide no measure any more in the first of their points.
update mis.pharmacy_measure
   set end_date = greatest(beg_date, date '2025-06-30')
 where point_id in (select min(p.id) from mis.pharmacy_point p where p.pharmacy_id = any ($1::bigint[]) group by p.pharmacy_id)
