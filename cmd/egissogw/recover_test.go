package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/archive"
	"egissogw/config"
)

// archived is the folder of an archive with one message of two records, whose file ends
// in the middle of an entry.
func archived(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	w := archive.NewWriter(folder, time.Now)
	err := w.Append(archive.Entry{Kind: archive.Sent, ID: "0a8e2f5c-6a52-11f0-9c1e-0242ac120002", At: time.Now(), Parts: []archive.Part{
		{Name: "envelope.xml", Content: []byte("<Envelope/>")}, {Name: "elements.jsonl", Content: []byte("{}\n{}\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := archive.Files(folder)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], append(content, content[:len(content)-1]...), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestRecoverShowsWhatTheDatabaseLost: of a database that never heard of the archive.
func TestRecoverShowsWhatTheDatabaseLost(t *testing.T) {
	t.Parallel()
	env, folder := migrated(t), archived(t)
	if code, _, errs := run(t, env, "recover"); code != exitUsage || !strings.Contains(errs, "ARCHIVE_DIR") {
		t.Errorf("without a folder: %d, %s", code, errs)
	}
	if code, _, _ := run(t, env, "recover", folder+"-none"); code != exitFailed {
		t.Errorf("a folder that is not there: %d", code)
	}
	code, out, errs := run(t, env, "recover", folder)
	words := strings.Join(strings.Fields(out), " ")
	if code != exitOK || !strings.Contains(words, "отправленные сообщения 1 1 2") || !strings.Contains(words, "конец не дописан") || !strings.Contains(words, "signing off") {
		t.Errorf("recover: %d\n%s%s", code, out, errs)
	}
	env["EGISSOGW_ARCHIVE_DIR"] = folder
	code, out, _ = run(t, env, "recover", "--json")
	var found struct {
		Kinds  []struct{ Lost, Records int }
		Damage []struct{ End bool }
	}
	if err := json.Unmarshal([]byte(out), &found); code != exitOK || err != nil || len(found.Kinds) != 1 || found.Kinds[0].Records != 2 || len(found.Damage) != 1 || !found.Damage[0].End {
		t.Errorf("recover --json: %d, %v\n%s", code, err, out)
	}
}

// TestCheckLooksAtTheArchive: it has to be there, writable, and closed to others.
func TestCheckLooksAtTheArchive(t *testing.T) {
	t.Parallel()
	closed, open := t.TempDir(), t.TempDir()
	for folder, mode := range map[string]os.FileMode{closed: 0o700, open: 0o755} {
		if err := os.Chmod(folder, mode); err != nil {
			t.Fatal(err)
		}
	}
	for folder, want := range map[string]string{closed: "", open: "chmod 0700", closed + "/none": "нет " + closed + "/none"} {
		r := checkArchive(t.Context(), config.Config{Archive: config.Archive{Dir: folder}})
		if text := strings.Join(r.Problem, "; "); (text == "") != (want == "") || !strings.Contains(text, want) {
			t.Errorf("want %q, got %q", want, text)
		}
	}
	if r := checkArchive(t.Context(), config.Config{}); len(r.Problem) > 0 || len(r.Notes) != 1 {
		t.Errorf("without an archive: %+v", r)
	}
}

// TestRecoverAppliesWithAReason: what cannot be used is named and the rest goes on; a loss
// is accepted only where there is one.
func TestRecoverAppliesWithAReason(t *testing.T) {
	t.Parallel()
	env, folder := ready(t), archived(t)
	for _, args := range [][]string{{"--apply"}, {"--accept-loss"}, {"--apply", "--accept-loss", "--reason", "x"}} {
		if code, _, errs := run(t, env, append(append([]string{"recover"}, args...), folder)...); code != exitUsage {
			t.Errorf("%q: %d, %s", args, code, errs)
		}
	}
	code, out, errs := run(t, env, "recover", "--apply", "--reason", "проверка", folder)
	words := strings.Join(strings.Fields(out), " ")
	if code != exitOK || !strings.Contains(words, "отправленные сообщения 0 0 1") || !strings.Contains(words, "не возвращено: отправленные сообщения 0a8e2f5c") || !strings.Contains(words, "конец не дописан") {
		t.Errorf("recover --apply: %d\n%s%s", code, out, errs)
	}
	if code, out, errs := run(t, env, "recover", "--accept-loss", "--reason", "проверка"); code != exitOK || !strings.Contains(out, "Принимать нечего") {
		t.Errorf("recover --accept-loss: %d\n%s%s", code, out, errs)
	}
}

// TestCheckSeesALostDatabase: the archive is ahead of it.
func TestCheckSeesALostDatabase(t *testing.T) {
	t.Parallel()
	env := migrated(t)
	c := config.Config{Archive: config.Archive{Dir: archived(t)}, Database: config.Database{URL: config.NewSecret(env["EGISSOGW_DATABASE_URL"]), Timeout: time.Minute}}
	if err := os.Chmod(c.Archive.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if r := checkArchive(t.Context(), c); len(r.Problem) != 1 || !strings.Contains(r.Problem[0], "опережает") {
		t.Errorf("%+v", r)
	}
}
