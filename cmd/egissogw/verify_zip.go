package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"egissogw/cmd/egissogw/internal/signature"
)

// zipLimit is the largest archive of evidence that is read, packed and unpacked.
const zipLimit = 512 << 20

// isZip recognises a zip archive.
func isZip(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

// explainArchive explains every signature of an archive of evidence (egissogw evidence): those
// of its documents, and those kept of documents that are not in it. Unless a moment was given each
// is judged for when the message was made or came.
func (v *verification) explainArchive(ctx context.Context) (*signature.Report, error) {
	data, err := v.app.readUpTo(ctx, v.name, zipLimit)
	if err != nil {
		return nil, err
	}
	files, err := unpacked(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(v.name), err)
	}
	var about evidence
	if err := json.Unmarshal(files[evidenceJSON], &about); err != nil {
		return nil, fmt.Errorf("%s: %s не читается: %w", shownName(v.name), evidenceJSON, err)
	}
	if problem := wrongSums(files); problem != "" {
		return nil, fmt.Errorf("%s: %s", shownName(v.name), problem)
	}
	r := &signature.Report{File: shownName(v.name), Kind: "evidence", At: v.At}
	r.Notes = append(r.Notes, fmt.Sprintf("SHA-256 всех файлов сошлись: %d", len(files)-1))
	for _, w := range about.Withheld {
		r.Notes = append(r.Notes, fmt.Sprintf("документа %s %s в архиве нет: проверены только его подписи, не содержание", w.Kind, w.ID))
	}
	moments := about.moments()
	for _, name := range sorted(files) {
		if at, known := moments[idOf(name)]; known && !v.moment {
			v.At = at
		} else if !v.moment {
			v.At = about.Made
		}
		found, err := v.inArchive(name, files)
		if err != nil {
			return nil, err
		}
		r.Signatures = append(r.Signatures, found...)
	}
	if r.Conclude(); len(r.Signatures) == 0 {
		return nil, fmt.Errorf("%s: %w: документы этого архива никто не подписывал", shownName(v.name), signature.ErrNoSignature)
	}
	return r, nil
}

// unpacked are the files of an archive.
func unpacked(data []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("архив zip не читается: %w", err)
	}
	files, left := map[string][]byte{}, int64(zipLimit)
	for _, f := range z.File {
		if _, twice := files[f.Name]; twice || strings.HasSuffix(f.Name, "/") {
			return nil, fmt.Errorf("архив составил не egissogw evidence: лишнее имя %q", f.Name)
		}
		content, err := f.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(io.LimitReader(content, left+1))
		if err != nil {
			return nil, fmt.Errorf("файл %q архива повреждён: %w", f.Name, err)
		}
		if left -= int64(len(text)); left < 0 {
			return nil, fmt.Errorf("архив больше %d МиБ", zipLimit>>20)
		}
		files[f.Name] = text
	}
	for _, name := range []string{evidenceJSON, evidenceSums} {
		if _, ok := files[name]; !ok {
			return nil, fmt.Errorf("это не архив egissogw evidence: в нём нет %s", name)
		}
	}
	return files, nil
}

// wrongSums says which files are not those that were written, "" if all are.
func wrongSums(files map[string][]byte) string {
	listed := map[string]bool{evidenceSums: true}
	for line := range strings.Lines(string(files[evidenceSums])) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		content, ok := files[name]
		if !ok {
			return fmt.Sprintf("файла %q нет, а в %s он есть", name, evidenceSums)
		}
		if fmt.Sprintf("%x", sha256.Sum256(content)) != sum {
			return fmt.Sprintf("файл %q изменён: SHA-256 не тот", name)
		}
		listed[name] = true
	}
	for _, name := range sorted(files) {
		if !listed[name] {
			return fmt.Sprintf("файла %q нет в %s", name, evidenceSums)
		}
	}
	return ""
}

func sorted(files map[string][]byte) (names []string) {
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// moments are when messages were made and answers came, by what their folders are called.
func (e *evidence) moments() map[string]time.Time {
	at := map[string]time.Time{}
	for _, p := range e.Packages {
		for _, m := range p.Messages {
			at[m.ID.String()] = m.MadeAt
			for _, a := range m.Answers {
				at[safeName(a.ID)] = a.ReceivedAt
			}
		}
	}
	return at
}

// idOf is the folder below messages or answers.
func idOf(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) < 3 {
		return ""
	}
	return parts[1]
}

// inArchive explains the signatures that a file of the archive has or is.
func (v *verification) inArchive(name string, files map[string][]byte) (found []signature.Signature, err error) {
	switch dir, base := path.Split(name); {
	case base == "envelope.xml" || base == "message.xml":
		doc, err := signature.Outline(files[name])
		if err == nil {
			found, err = v.Document(doc, nil)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	case strings.HasSuffix(base, ".p7s"):
		content, there := files[strings.TrimSuffix(name, ".p7s")]
		if !there {
			return nil, nil
		}
		found = v.CMS(files[name], bytes.NewReader(content))
	case base == signedInfo:
		document := strings.TrimSuffix(path.Dir(path.Dir(name)), ".signatures") + ".xml"
		if _, there := files[document]; there { // it was explained
			return nil, nil
		}
		found = []signature.Signature{v.Kept(files[name], files[dir+signatureFile], files[dir+signerFile])}
	}
	for i := range found {
		found[i].Place = name + ": " + found[i].Place
	}
	return found, nil
}
