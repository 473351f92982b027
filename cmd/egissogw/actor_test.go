package main

import (
	"os"
	"strings"
	"testing"
)

// TestNothingIsShownUnnoted: the log of operations says who looked at people's data,
// or nobody sees it.
func TestNothingIsShownUnnoted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dir, file := s.exported(t, "lmsz")
	shown := []struct {
		action string
		args   []string
	}{
		{"view_message", []string{"message", file.Package.String(), "--file", "--by", "Иванова И.И."}},
		{"view_preview", []string{"preview", "lmsz", "--out", dir, "--by", "Иванова И.И."}},
		{"export", []string{"export", "--again", file.Package.String(), dir, "--by", "Иванова И.И."}},
		{"export", []string{"export", "--again", file.Package.String(), "--zip", dir, "--by", "Иванова И.И."}},
	}
	for _, c := range shown {
		s.run(t, c.args...)
		got := s.text(t, `select action || '|' || session_role || '|' || stated from egisso.operation_log order by id desc limit 1`)
		action, who, _ := strings.Cut(got, "|")
		role, stated, _ := strings.Cut(who, "|")
		if action != c.action || role == "" || strings.Contains(role, "Иванова") || !strings.HasPrefix(stated, "Иванова И.И., учётная запись ") {
			t.Errorf("%v leaves %q", c.args, got)
		}
	}
	if _, err := s.conn.Exec(t.Context(), `alter table egisso.audit add constraint full_disk check (id < 0) not valid`); err != nil {
		t.Fatal(err)
	}
	for _, c := range shown {
		empty := t.TempDir()
		args := append([]string(nil), c.args...)
		for i := range args {
			if args[i] == dir {
				args[i] = empty
			}
		}
		code, out, errs := run(t, s.env, args...)
		if code != exitFailed || out != "" || !strings.Contains(errs, "log of operations") {
			t.Errorf("%v: code %d, output %q, error %q", args, code, out, errs)
		}
		if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
			t.Errorf("%v wrote %v (%v)", args, left, err)
		}
	}
}

// TestWhoCommandsIsStated: what a person and the machine say is beside the role, never
// in its place.
func TestWhoCommandsIsStated(t *testing.T) {
	s := newSite(t)
	t.Setenv("SUDO_USER", "petrova")
	s.run(t, "retry", s.text(t, `select row_key from egisso.source_row where register = 'fact' limit 1`), "--register", "fact", "--reason", "проверка")
	who := s.text(t, `select who from egisso.operation_log order by id desc limit 1`)
	role := s.text(t, `select session_user::text`)
	if !strings.HasPrefix(who, role+" (со слов: учётная запись ") || !strings.HasSuffix(who, ", SUDO_USER petrova)") {
		t.Errorf("who is %q", who)
	}
	s.run(t, "signing", "off", "--reason", "проверка", "--by", "Иванова\x1b[2J\u202e И.И.")
	if out := s.run(t, "signing", "status"); leaks(out) != "" || strings.Contains(out, "\\u") {
		t.Errorf("signing status: %q", out)
	}
}

// TestHostileTextsOfTheDatabaseAreHarmless: what reached the database all the same.
func TestHostileTextsOfTheDatabaseAreHarmless(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, file := s.exported(t, "lmsz")
	text := strings.ToValidUTF8(hostile, "")
	if _, err := s.conn.Exec(t.Context(), `update egisso.package set info = $1, review = $1, provider = $1`, text); err != nil {
		t.Fatal(err)
	}
	if _, err := s.conn.Exec(t.Context(), `update egisso.source_row set row_key = $1, record_no = $1 where register = 'fact'
		and row_key = (select min(row_key) from egisso.source_row w where register = 'fact' and not exists (select from egisso.record r where r.row_key = w.row_key))`, text); err != nil {
		t.Fatal(err)
	}
	if _, err := s.conn.Exec(t.Context(), `update egisso.source_row set record_no = $1 where register = 'fact'`, text); err != nil {
		t.Fatal(err)
	}
	if _, err := s.conn.Exec(t.Context(), `insert into egisso.record_message (package_id, position, type, report, rule_code) values ($1, 1, 1, $2, $2)`, file.Package, text); err != nil {
		t.Fatal(err)
	}
	key := s.text(t, `select min(row_key) from egisso.source_row where register = 'fact'`)
	for _, args := range [][]string{
		{"status"}, {"journal"}, {"journal", file.Package.String()}, {"record", key, "--register", "fact"}, {"record", text}, {"preview", "fact"}, {"kmsz", "show"},
		{"retry", text, "--reason", text}, {"import-protocol", text},
	} {
		_, out, errs := run(t, s.env, args...)
		if l := leaks(out + errs); l != "" || strings.Contains(out+errs, "\nСостояние: Включен") {
			t.Errorf("%q: %s in\n%s%s", args, l, out, errs)
		}
		if args[0] == "status" || args[0] == "journal" || args[0] == "record" || args[0] == "preview" {
			if _, out, _ := run(t, s.env, append(args, "--json")...); leaks(out) != "" {
				t.Errorf("%q --json: %s", args, leaks(out))
			}
		}
	}
}
