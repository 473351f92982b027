package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/archive"
	"egissogw/adapter/egisso"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
	"egissogw/crypto/xmldsig"
	"egissogw/jobs"
)

func softSigner(t *testing.T) jobs.Signer {
	t.Helper()
	id := signertest.NewIdentity(t, gost3410.Curves()[0])
	key, err := softkey.New(id.Key, id.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// signedFacts lets a site sign its facts, all but one of them in one package, and answers
// the packages as the bus would: the protocol of the larger one names a record.
func (s site) signedFacts(t *testing.T) (alone, among string) {
	t.Helper()
	s.measuresLoaded(t)
	s.run(t, "signing", "on", "--reason", "проверка")
	opened, err := store.Open(t.Context(), s.env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	log, signer := slog.New(slog.DiscardHandler), softSigner(t)
	for _, job := range []jobs.Job{
		jobs.Form{Store: opened, MaxRecords: siteFacts - 1, MaxBytes: 4 << 20, RetryMin: time.Second, RetryMax: time.Second, Log: log},
		jobs.Sign{
			Store: opened, Switch: opened, Signer: signer, Builder: smev.Port{Builder: smev.Builder{Version: smev.Version13, Signer: signer}}, Lease: time.Minute,
			Now: time.Now, Log: log, FactFileName: func(id string) string { return "facts_" + id + ".xml" }, FactMIMEType: "application/xml",
		},
	} {
		for more := true; more; {
			report, err := job.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			more = report.More
		}
	}
	bus := softSigner(t)
	for _, m := range strings.Fields(s.text(t, `select string_agg(id::text, ' ') from egisso.message`)) {
		named := s.text(t, `select r.id from egisso.record r join egisso.message m on m.package_id = r.package_id where m.id = '`+m+`' order by r.row_key limit 1`)
		raw, err := xmldsig.SignEnveloped(t.Context(), bus, []byte("<p:protocol xmlns:p=\"urn:p\"><p:recID>"+named+"</p:recID></p:protocol>"), false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.conn.Exec(t.Context(), `insert into egisso.answer (id, original_message_id, kind, raw, verified, acked_at, applied_at, about)
			values (gen_random_uuid(), $1::text, 'content', $2, true, now(), now(), $1::text::uuid)`, m, raw); err != nil {
			t.Fatal(err)
		}
	}
	const rows = `select r.row_key from egisso.record r join egisso.package p on p.id = r.package_id where p.register = 'fact' and p.record_count `
	return s.text(t, rows+`= 1`), s.text(t, rows+`> 1 order by r.row_key desc limit 1`)
}

// zipped are the files of an archive.
func zipped(t *testing.T, name string) map[string][]byte {
	t.Helper()
	files, err := unpacked(readFile(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// ending gives the only file whose name ends so; "" if there is none.
func ending(t *testing.T, files map[string][]byte, end string) (found string) {
	t.Helper()
	for name := range files {
		if strings.HasSuffix(name, end) {
			if found != "" {
				t.Fatalf("several end in %s", end)
			}
			found = name
		}
	}
	return found
}

// TestEvidenceIsForOnePersonAndHolds: by default no document that names others is given out,
// what is given out is verified by this program and by OpenSSL, and each use leaves a line.
func TestEvidenceIsForOnePersonAndHolds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	alone, among := s.signedFacts(t)
	dir := t.TempDir()
	take := func(name string, args ...string) map[string][]byte {
		t.Helper()
		name = filepath.Join(dir, name)
		s.run(t, append([]string{"evidence", "--register", "fact", "--out", name, "--by", "Иванова И.И."}, args...)...)
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		out := s.run(t, "verify", name)
		if !strings.Contains(out, "Все подписи вместе: верны") || strings.Contains(out, "НЕВЕРНО") {
			t.Errorf("verify: %s", out)
		}
		return zipped(t, name)
	}
	others := s.text(t, `select string_agg(e.content #>> '{mszReceiver,snils}', ' ') from egisso.element_content e join egisso.record r using (id)
		where r.register = 'fact' and e.content #>> '{mszReceiver,snils}' <> (select o.content #>> '{mszReceiver,snils}' from egisso.element_content o join egisso.record w using (id) where w.row_key = '`+among+`' and w.register = 'fact')`)
	leaked := func(files map[string][]byte) (n int) {
		for _, text := range files {
			for _, snils := range strings.Fields(others) {
				n += bytes.Count(text, []byte(snils))
			}
		}
		return n
	}

	files := take("alone.zip", alone)
	if ending(t, files, "message.xml") == "" || ending(t, files, "envelope.xml") == "" || ending(t, files, ".p7s") == "" || len(files) < 12 {
		t.Errorf("of one who was alone there are %q", sorted(files))
	}
	element := files[ending(t, files, s.text(t, `select id from egisso.record where register = 'fact' and row_key = '`+alone+`'`)+".xml")]
	if file := files[strings.TrimSuffix(ending(t, files, ".p7s"), ".p7s")]; len(element) == 0 || !bytes.Contains(file, element) {
		t.Errorf("the element is %q", element)
	}
	holdsForOpenSSL(t, files)

	files = take("among.zip", among)
	if n := leaked(files); n != 0 || others == "" {
		t.Errorf("others are named %d times", n)
	}
	if ending(t, files, "message.xml") != "" || ending(t, files, "envelope.xml") == "" || ending(t, files, ".p7s") == "" {
		t.Errorf("of one among others there are %q", sorted(files))
	}
	var about evidence
	if err := json.Unmarshal(files[evidenceJSON], &about); err != nil || len(about.Withheld) != 2 || about.Packages[0].Records[0].Element == "" || len(about.Packages[0].Records) != 1 {
		t.Errorf("%v, withheld %+v", err, about.Withheld)
	}
	if code, _, _ := run(t, s.env, "evidence", "--whole", among, "--register", "fact", "--out", filepath.Join(dir, "none")); code != exitUsage {
		t.Errorf("whole without a reason: %d", code)
	}
	if n := leaked(take("whole.zip", among, "--whole", "--reason", "запрос суда")); n == 0 {
		t.Error("whole is not whole")
	}
	if got := s.text(t, `select string_agg(row_key || '|' || reason || '|' || detail, E'\n' order by id) from egisso.operation_log where action = 'view_evidence'`); got !=
		alone+"||Выданы доказательства\n"+among+"||Выданы доказательства\n"+among+"|запрос суда|Выданы доказательства; названных в них других записей: 10" {
		t.Errorf("the log of operations says\n%s", got)
	}
	pkg := s.text(t, `select package_id from egisso.record where register = 'fact' and row_key = '`+among+`'`)
	if code, _, errs := run(t, s.env, "evidence", pkg, "--out", filepath.Join(dir, "none")); code != exitUsage || !strings.Contains(errs, "--whole") {
		t.Errorf("a package without a reason: %d, %s", code, errs)
	}
	s.run(t, "evidence", pkg, "--whole", "--reason", "проверка", "--out", filepath.Join(dir, "package.zip"))
	if n := bytes.Count([]byte(strings.Join(sorted(zipped(t, filepath.Join(dir, "package.zip"))), "\n")), []byte("records/"+pkg)); n != siteFacts-1 {
		t.Errorf("of a package there are %d elements", n)
	}
	s.tampered(t, filepath.Join(dir, "alone.zip"))
	s.removedFromTheDatabase(t, alone, dir)
}

// holdsForOpenSSL follows the commands of README.txt.
func holdsForOpenSSL(t *testing.T, files map[string][]byte) {
	t.Helper()
	openssl := signertest.OpenSSL(t)
	n := 0
	for name, info := range files {
		dir, ok := strings.CutSuffix(name, signedInfo)
		if !ok {
			continue
		}
		n++
		key := signertest.File(t, "key.pem", openssl.Run(t, files[dir+signerFile], "x509", "-pubkey", "-noout"))
		openssl.Run(t, info, "dgst", "-md_gost12_256", "-verify", key, "-signature", signertest.File(t, "value", files[dir+signatureFile]))
	}
	p7s := ending(t, files, ".p7s")
	openssl.Run(t, nil, "cms", "-verify", "-binary", "-inform", "DER", "-in", signertest.File(t, "p7s", files[p7s]),
		"-content", signertest.File(t, "file", files[strings.TrimSuffix(p7s, ".p7s")]), "-noverify", "-out", os.DevNull)
	if n < 2 {
		t.Errorf("%d signatures", n)
	}
}

// tampered: whatever is changed in an archive, verify says so.
func (s site) tampered(t *testing.T, name string) {
	t.Helper()
	files := zipped(t, name)
	message := ending(t, files, "message.xml")
	for what, change := range map[string]func() string{
		"изменён": func() string {
			files[message] = bytes.Replace(files[message], []byte("recID"), []byte("recId"), 2)
			return ""
		},
		"нет в":      func() string { files["another"] = nil; return "another" },
		"есть":       func() string { delete(files, message); return "" },
		"нет eviden": func() string { delete(files, evidenceJSON); return "" },
	} {
		files = zipped(t, name)
		change()
		changed := filepath.Join(t.TempDir(), "changed.zip")
		writeFile(t, changed, string(zipOf(t, files)))
		s.fails(t, what, "verify", changed)
	}
	// Even one who writes the sums anew.
	files = zipped(t, name)
	g := gathering{}
	for _, name := range sorted(files) {
		if name != evidenceSums && name != evidenceJSON && name != evidenceText {
			g.put(name, bytes.ReplaceAll(files[name], []byte("recID"), []byte("recId")))
		}
	}
	if err := json.Unmarshal(files[evidenceJSON], &g.evidence); err != nil {
		t.Fatal(err)
	}
	var forged bytes.Buffer
	if err := g.write(&forged); err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "forged.zip")
	writeFile(t, changed, forged.String())
	s.fails(t, "подпись не подтверждена", "verify", changed)
}

func zipOf(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range sorted(files) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.Copy(w, bytes.NewReader(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// removedFromTheDatabase: what went when its term was over comes from the archive; without it
// what proves it is given out, and verify says what it is.
func (s site) removedFromTheDatabase(t *testing.T, key, dir string) {
	t.Helper()
	opened, err := store.Open(t.Context(), s.env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	folder := t.TempDir()
	w := archive.NewWriter(folder, time.Now)
	message := s.text(t, `select m.id from egisso.message m join egisso.record r on r.package_id = m.package_id where r.register = 'fact' and r.row_key = '`+key+`'`)
	answer := s.text(t, `select id from egisso.answer where original_message_id = '`+message+`'`)
	for kind, id := range map[archive.Kind]string{archive.Sent: message, archive.Answer: answer} {
		e, err := (&gathering{store: opened}).stored(t.Context(), kind, id)
		if err != nil {
			t.Fatal(err)
		}
		entry := archive.Entry{Kind: kind, ID: id, At: time.Now(), Parts: []archive.Part{{Name: "about.json", Content: e.About}, {Name: "main.xml", Content: e.Content}}}
		for _, f := range e.Files {
			entry.Parts = append(entry.Parts, archive.Part{Name: "file-" + f.Name, Content: f.Content}, archive.Part{Name: "file-" + f.Name + ".p7s", Content: f.Signature})
		}
		digest := sha256.Sum256(e.Content)
		if err := errors.Join(w.Append(entry), opened.NoteArchived(t.Context(), string(kind), id, digest[:])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`update egisso.message set state = 'in_doubt' where id = '` + message + `'`,
		`update egisso.message set state = 'delivered' where id = '` + message + `'`,
		`update egisso.package_record m set outcome = 'rejected' from egisso.record r where r.id = m.record_id and r.row_key = '` + key + `' and r.register = 'fact'`,
		`update egisso.record set state = 'rejected' where register = 'fact' and row_key = '` + key + `'`,
		`update egisso.record set state = 'dropped' where register = 'fact' and row_key = '` + key + `'`,
		`update egisso.package p set state = 'answered', result = 'rejected' from egisso.message m where m.package_id = p.id and m.id = '` + message + `'`,
	} {
		if _, err := s.conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	later := func() time.Time { return time.Now().Add(48 * time.Hour) }
	if report, err := (jobs.Prune{Store: opened, Keep: time.Hour, Now: later, Log: slog.New(slog.DiscardHandler)}).Run(t.Context()); err != nil || report.Done == 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	s.fails(t, "срок хранения истёк", "message", message)
	name := filepath.Join(dir, "removed.zip")
	s.run(t, "evidence", "--register", string(egisso.RegisterFact), "--out", name, key)
	files := zipped(t, name)
	if ending(t, files, "message.xml") != "" || ending(t, files, "envelope.xml") != "" || !bytes.Contains(files[evidenceText], []byte("срок хранения истёк")) {
		t.Errorf("of what was removed there are %q\n%s", sorted(files), files[evidenceText])
	}
	if out := s.run(t, "verify", name); !strings.Contains(out, "самого документа здесь нет") {
		t.Errorf("verify: %s", out)
	}
	s.run(t, "evidence", "--register", "fact", "--out", name, "--force", "--archive", folder, key)
	if files = zipped(t, name); ending(t, files, "message.xml") == "" || ending(t, files, "envelope.xml") == "" || !slices.ContainsFunc(sorted(files), func(n string) bool { return strings.HasPrefix(n, "records/") }) {
		t.Errorf("from the archive come %q", sorted(files))
	}
	s.run(t, "verify", name)
}

// TestWhatNamesOthers: an answer is not given out that speaks of somebody else, by whatever name.
func TestWhatNamesOthers(t *testing.T) {
	t.Parallel()
	other := uuid.New()
	says := func(text string) keptDocument { return keptDocument{Evidence: store.Evidence{Content: []byte(text)}} }
	inFile := keptDocument{Evidence: store.Evidence{Files: []store.EvidenceFile{{Content: []byte(other.String())}}}}
	for _, c := range []struct {
		pkg  casePackage
		d    keptDocument
		want bool
	}{
		{casePackage{others: []uuid.UUID{other}}, says("<p/>"), false},
		{casePackage{others: []uuid.UUID{other}}, says(strings.ToUpper(other.String())), true},
		{casePackage{others: []uuid.UUID{other}}, inFile, true},
		{casePackage{others: []uuid.UUID{other}, SaidOfOthers: 1}, says("<p/>"), true},
		{casePackage{}, says(other.String()), false},
	} {
		if got := c.pkg.names(c.d); got != c.want {
			t.Errorf("%+v of %s: %v", c.pkg, c.d.Content, got)
		}
	}
}
