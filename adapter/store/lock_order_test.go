package store_test

import (
	"testing"
	"time"

	"egissogw/adapter/store"
)

// An answer locks its package and then marks it as uncounted: who counts must not hold that mark
// while waiting for the package. The lock timeout ends a wait that would be for ever.
func TestCountingWaitsForNoPackage(t *testing.T) {
	f := open(t)
	f.exec(t, reported)
	f.exec(t, `update egisso.package set queued_at = now()`)
	counter, err := store.Open(t.Context(), f.url, store.WithTimeout(5*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer counter.Close()
	count := func(want int) {
		t.Helper()
		if n, err := counter.CountPackages(t.Context()); err != nil || n != want {
			t.Errorf("counted %d packages: %v, want %d", n, err, want)
		}
	}
	f.exec(t, `begin; select from egisso.package where id = md5('a')::uuid for update`)
	count(2)
	f.exec(t, `update egisso.package set info = 'x' where id = md5('a')::uuid; commit`)
	count(1)
	f.want(t, `select count(*) from egisso.uncounted_package`, "0")
	f.want(t, `select count(distinct package_id) from egisso.package_total`, "3")
}
