package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMessageGivesTheExactOctets: what was signed and what came back are evidence.
func TestMessageGivesTheExactOctets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const pkg, id = "00000000-0000-4000-8000-000000000001", "00000000-0000-1000-8000-000000000002"
	if _, err := s.conn.Exec(t.Context(), `
		insert into egisso.package (id, register, format, format_version, provider, record_count) values ('`+pkg+`', 'fact', '10.06.S', '1.1.0', 'p', 1);
		insert into egisso.message (id, package_id, envelope) values ('`+id+`', '`+pkg+`', '\x3c610d0a2f3e00ff');
		insert into egisso.attachment (uuid, message_id, file_name, mime_type, content, hash, signature)
			values (gen_random_uuid(), '`+id+`', 'facts.xml', 'application/xml', 'file', '', '');
		insert into egisso.answer (id, original_message_id, kind, raw, verified, received_at) values
			('a1', '`+id+`', 'content', 'first', true, now() - interval '2 hours'),
			('a2', '`+id+`', 'content', 'second', true, now() - interval '1 hour'),
			('a3', '`+id+`', 'content', 'forged', false, now())`); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		id:               "<a\r\n/>\x00\xff",
		pkg:              "<a\r\n/>\x00\xff",
		id + " --file":   "file",
		id + " --answer": "second",
		"a1":             "first",
		"a3":             "forged",
	} {
		if got := s.run(t, append([]string{"message"}, strings.Fields(args)...)...); got != want {
			t.Errorf("message %s gives %q, want %q", args, got, want)
		}
	}
	file := filepath.Join(t.TempDir(), "envelope.xml")
	s.run(t, "message", id, "--out", file)
	if got := string(readFile(t, file)); got != "<a\r\n/>\x00\xff" {
		t.Errorf("the file holds %q", got)
	}
	s.fails(t, "--force", "message", id, "--out", file)
	if info, err := os.Stat(file); err != nil || info.Size() != 8 || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	s.fails(t, "нет", "message", "00000000-0000-4000-8000-00000000000f")
	s.fails(t, `сообщения "x" нет`, "message", "x")
	s.fails(t, "ответа на это сообщение ещё нет", "message", s.text(t, `with p as (
			insert into egisso.package (id, register, format, format_version, provider, record_count)
			values (gen_random_uuid(), 'fact', '10.06.S', '1.1.0', 'p', 1) returning id)
		insert into egisso.message (id, package_id, envelope) select gen_random_uuid(), id, 'x' from p returning id::text`), "--answer")
}
