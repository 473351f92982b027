package main

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"egissogw/cmd/torture/world"
)

// Relation is what one table (its TOAST with it) or index of the gateway holds, and what
// of the write-ahead log is about it.
type Relation struct {
	Name    string `json:"name"`
	Bytes   int64  `json:"bytes"`
	Records int64  `json:"wal_records"`
	WAL     int64  `json:"wal_bytes"`
	Images  int64  `json:"wal_image_bytes"` // of these, images of whole pages
}

// relations reads the log from a position on, by the first block each record names; what
// names none is "(commits …)".
func relations(ctx context.Context, w *world.World, from int64, n int) ([]Relation, error) {
	if _, err := w.Gateway.Exec(ctx, `create extension if not exists pg_walinspect schema public`); err != nil {
		return nil, fmt.Errorf("read the write-ahead log: %w", err)
	}
	rows, err := w.Gateway.Query(ctx, `
		with logged as (
		    select substring(block_ref from 'rel \d+/\d+/(\d+)')::oid as node, count(*) as records, sum(record_length) as bytes, sum(fpi_length) as images
		      from public.pg_get_wal_records_info('0/0'::pg_lsn + $1::numeric, pg_current_wal_flush_lsn())
		     group by 1),
		sized as (
		    select c.relfilenode as node, coalesce('toast of ' || o.relname, c.relname) as name, pg_relation_size(c.oid) as size
		      from pg_class c left join pg_class o on o.reltoastrelid = c.oid
		     where c.relkind in ('r', 'i', 't', 'S'))
		select coalesce(s.name, case when l.node is null then '(commits and others without a block)' else '(' || l.node || ')' end),
		       coalesce(s.size, 0), coalesce(l.records, 0), coalesce(l.bytes, 0)::bigint, coalesce(l.images, 0)::bigint
		  from logged l full join sized s using (node)
		 order by coalesce(l.bytes, 0) + coalesce(s.size, 0) desc limit $2`, from, n)
	if err != nil {
		return nil, fmt.Errorf("read the write-ahead log: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Relation])
}

func printRelations(out io.Writer, list []Relation, facts int) {
	for _, r := range list {
		per := func(n int64) float64 { return float64(n) / float64(facts) }
		fmt.Fprintf(out, "  per fact: %7.0f B stored, %5.2f records of %6.0f B in the log, %5.0f B of it images of pages  %s\n",
			per(r.Bytes), per(r.Records), per(r.WAL), per(r.Images), r.Name)
	}
}
