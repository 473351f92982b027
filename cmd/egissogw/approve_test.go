package main

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"

	"egissogw/config"
)

// TestApprovalByCommand: a package formed for upload by hand leaves when one person agreed and
// another one approved it, each under a role of their own, and a gateway that does not know
// of the rule changes nothing.
func TestApprovalByCommand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, role := range []string{"egisso_agreer", "egisso_approver", "sidorov login in role egisso_agreer", "petrova login in role egisso_approver"} {
		if _, err := s.conn.Exec(t.Context(), "do $$ begin create role "+role+"; exception when duplicate_object then end $$"); err != nil {
			t.Fatal(err)
		}
	}
	s.env["EGISSOGW_APPROVAL"] = "lmsz"
	if out := s.run(t, "migrate"); !strings.Contains(out, "только утверждёнными: lmsz") {
		t.Errorf("migrate: %s", out)
	}
	delete(s.env, "EGISSOGW_APPROVAL")
	s.run(t, "migrate")
	c, _ := config.Load(t.Context(), envconfig.MapLookuper(s.env)) // what else is missing does not matter here
	if said := strings.Join(checkDatabase(t.Context(), c).Problem, "\n"); !strings.Contains(said, "по настройкам утверждают ничего, база требует lmsz") || !strings.Contains(said, "может это требование снять") {
		t.Errorf("check: %s", said)
	}
	if out := s.run(t, "export", "--register", "lmsz", t.TempDir()); !strings.Contains(out, "Ждут утверждения, не выгружены: пакетов 1") || strings.Contains(out, "Записано") {
		t.Errorf("export: %s", out)
	}
	if out := s.run(t, "journal"); !strings.Contains(out, "ожидает согласования") {
		t.Errorf("journal: %s", out)
	}
	id := s.text(t, `select id from egisso.package`)
	s.fails(t, "только человек", "approve", id)
	sidorov, petrova := s.as(t, "sidorov"), s.as(t, "petrova")
	sidorov.fails(t, "не поручено", "approve", id)
	for _, said := range []struct{ got, want string }{
		{sidorov.run(t, "agree", id), "ожидает утверждения"},
		{petrova.run(t, "approve", "--reason", "сверено с приказом", id), "ожидает выгрузки в файл"},
	} {
		if !strings.Contains(said.got, said.want) {
			t.Errorf("%s, want %s", said.got, said.want)
		}
	}
	if _, file := s.exported(t, "lmsz"); file.Package.String() != id {
		t.Errorf("exported %s, approved %s", file.Package, id)
	}
	if out := s.run(t, "journal"); !strings.Contains(out, "утвердил petrova") {
		t.Errorf("journal: %s", out)
	}
	want := "agree_package sidorov, approve_package petrova"
	if got := s.text(t, `select string_agg(action || ' ' || session_role, ', ' order by id) from egisso.operation_log where package_id is not null and action like 'a%'`); got != want {
		t.Errorf("noted %s, want %s", got, want)
	}
}

// as is the site as somebody else sees it who logs in to the database.
func (s site) as(t *testing.T, user string) site {
	t.Helper()
	u, err := url.Parse(s.env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Del("user")
	u.RawQuery, u.User = q.Encode(), url.User(user)
	return site{map[string]string{"EGISSOGW_DATABASE_URL": u.String()}, s.conn}
}
