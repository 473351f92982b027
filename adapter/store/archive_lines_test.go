package store_test

import (
	"encoding/json"
	"strings"
	"testing"

	"egissogw/adapter/egisso/lifecycle"
)

// TestMembersInTheArchive: a line of JSON for each member says what the database does, whether
// the element has content of its own or that of its row, and whatever stands in a key.
func TestMembersInTheArchive(t *testing.T) {
	f := open(t)
	key := "Ключ \"1\"\\\n\x7f</a>"
	f.saveRows(t, row(key, "a"), row("2", "b"))
	f.follow(t, false, lifecycle.Ready)
	f.form(t)
	f.sign(t)
	f.saveRows(t, row("2", "changed")) // what was sent is kept apart then
	f.exec(t, `update egisso.source_row set accepted_id = '`+recordID("held").String()+`', accepted_event = '`+recordID("held").String()+`', accepted_hash = '\x01', accepted_provider = '0042.000001', accepted_at = now(), accepted_content = '{"held": 1}' where row_key = '2'`)
	e := f.evidence(t, f.claim(t))
	lines := strings.Split(strings.TrimSuffix(string(e.Elements), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	seen := map[string]bool{}
	for _, line := range lines {
		var said struct {
			Key string `json:"row_key"`
		}
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		seen[said.Key] = true
		quoted := "'" + strings.ReplaceAll(line, "'", "''") + "'"
		f.want(t, `select l = jsonb_strip_nulls(jsonb_build_object('id', r.id, 'register', r.register, 'row_key', r.row_key, 'record_no', s.record_no, 'kind', r.kind, 'provider', r.provider,
				'hash', encode(r.becomes_hash, 'hex'), 'generation', s.generation, 'events', s.events, 'change', r.change, 'settles', r.settles, 'content', e.content,
				'held', case when s.accepted_id is not null then jsonb_build_object('id', s.accepted_id, 'event', s.accepted_event, 'hash', '01', 'provider', s.accepted_provider, 'content', s.accepted_content) end))
			from (select `+quoted+`::jsonb) j(l), egisso.record r join egisso.source_row s using (register, row_key) join egisso.element_content e on e.id = r.id
			where r.id::text = l ->> 'id'`, "true")
	}
	if !seen[key] || !seen["2"] {
		t.Errorf("members %v", seen)
	}
}
