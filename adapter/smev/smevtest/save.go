package smevtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync/atomic"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/xmlsafe"
)

// saver writes every message and package to a folder, one file each, for
// checks against the official schemas. Names hold numbers and identifiers only.
type saver struct {
	dir    string
	number atomic.Int64
}

func newSaver(dir string) (*saver, error) {
	if dir == "" {
		return &saver{}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder for messages: %w", err)
	}
	return &saver{dir: dir}, nil
}

// message stores a SOAP envelope: 000001.in.SendRequestRequest.<id>.soap.xml,
// and returns the name.
func (s *saver) message(direction, name, id string, data []byte) (file string) {
	if id != "" && !versionOne.MatchString(id) {
		id = "" // an id of a wrong form is not a file name
	}
	if id != "" {
		id = "." + id
	}
	return s.write(fmt.Sprintf("%s.%s%s.soap.xml", direction, name, id), data)
}

// write returns the name of the file, nothing if there is no folder to write to.
func (s *saver) write(name string, data []byte) string {
	if s.dir == "" {
		return ""
	}
	name = fmt.Sprintf("%06d.%s", s.number.Add(1), name)
	// Saving is for reading afterwards; a full disk must not change what the bus does.
	_ = writeNew(filepath.Join(s.dir, name), data)
	return name
}

// writeNew writes a file readable for its owner alone, whatever had the name before.
func writeNew(path string, data []byte) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// savePackages stores the package of a message: the content, or the files it
// announces.
func (b *Bus) savePackages(content *xmlsafe.Element, m ledger.Acceptance, files [][]byte) {
	b.saver.write("package."+kindOf(content)+"."+m.MessageID+".xml", []byte(m.Content))
	for _, f := range files {
		kind := "file"
		if doc, err := xmlsafe.Parse(f, treeLimits); err == nil {
			kind = kindOf(doc.Root)
		}
		b.saver.write("package."+kind+"."+m.MessageID+".xml", f)
	}
}

// kindOf names the kind and version of an ЕГИССО document: "10.05.I-2.1.0.request".
func kindOf(e *xmlsafe.Element) string {
	m := egissoKind.FindStringSubmatch(e.Space)
	if m == nil {
		return "unknown"
	}
	return m[1] + "-" + m[2] + "." + e.Local
}

var egissoKind = regexp.MustCompile(`^urn://egisso-ru/msg/([0-9.]+[A-Z])/([0-9.]+)$`)
