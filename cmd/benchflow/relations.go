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
	Pages   int64  `json:"wal_images"`
	Kinds   string `json:"kinds"` // what the records do: number and bytes of each
}

// relations reads the log from a position on, by the first block each record names (the
// others are of the same relation); what names none is "(commits …)". It is read by the
// quarter of a gigabyte; the record at each seam is lost.
func relations(ctx context.Context, w *world.World, from int64, n int) ([]Relation, error) {
	if _, err := w.Gateway.Exec(ctx, `create extension if not exists pg_walinspect schema public`); err != nil {
		return nil, fmt.Errorf("read the write-ahead log: %w", err)
	}
	rows, err := w.Gateway.Query(ctx, `
		with piece as (
		    select '0/0'::pg_lsn + p as first, least('0/0'::pg_lsn + p + 268435456, pg_current_wal_flush_lsn()) as last
		      from generate_series($1::numeric, pg_current_wal_flush_lsn() - '0/0'::pg_lsn, 268435456) p),
		kind as (
		    select substring(l.block_ref from 'rel \d+/\d+/(\d+)')::oid as node, l.resource_manager || ' ' || l.record_type as kind,
		           count(*) as records, sum(l.record_length) as bytes, sum(l.fpi_length) as images, count(*) filter (where l.fpi_length > 0) as pages
		      from piece cross join lateral public.pg_get_wal_records_info(piece.first, piece.last) l
		     group by 1, 2),
		logged as (
		    select node, sum(records) as records, sum(bytes) as bytes, sum(images) as images, sum(pages) as pages,
		           string_agg(kind || ' ' || records || ' of ' || bytes || ' B' || case when pages > 0 then ', images of ' || images || ' B in ' || pages else '' end, '; ' order by bytes desc) as kinds
		      from kind group by 1),
		sized as (
		    select c.relfilenode as node, coalesce('toast of ' || o.relname, c.relname) as name, pg_relation_size(c.oid) as size
		      from pg_class c left join pg_class o on o.reltoastrelid = c.oid
		     where c.relkind in ('r', 'i', 't', 'S'))
		select coalesce(s.name, case when l.node is null then '(commits and others without a block)' else '(' || l.node || ')' end),
		       coalesce(s.size, 0), coalesce(l.records, 0)::bigint, coalesce(l.bytes, 0)::bigint, coalesce(l.images, 0)::bigint, coalesce(l.pages, 0)::bigint, coalesce(l.kinds, '')
		  from logged l full join sized s using (node)
		 order by coalesce(l.bytes, 0) desc, coalesce(s.size, 0) desc limit $2`, from, n)
	if err != nil {
		return nil, fmt.Errorf("read the write-ahead log: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Relation])
}

func printRelations(out io.Writer, list []Relation, facts int) {
	if len(list) > 0 {
		fmt.Fprintf(out, "  per fact: B stored, records in the log and their B, of which images of pages and their B\n")
	}
	for _, r := range list {
		per := func(n int64) float64 { return float64(n) / float64(facts) }
		fmt.Fprintf(out, "  %7.0f %7.2f %7.0f %7.3f %7.0f  %s\n", per(r.Bytes), per(r.Records), per(r.WAL), per(r.Pages), per(r.Images), r.Name)
	}
}
