// Package schema checks documents against the official XSD of ЕГИССО, which are
// not part of this program: an administrator who has them may let every package
// be checked once more before it is signed (adapter/egisso/SPEC.md#local-checks, L-XSD).
package schema

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/lestrrat-go/helium"
	"github.com/lestrrat-go/helium/xsd"
)

// Set is a folder of schemas. Its methods may be called from several goroutines.
type Set struct {
	files folder

	mu       sync.Mutex
	compiled map[string]*xsd.Schema
}

// Open indexes the schemas below dir: the layout of the release or all files in
// one folder. Nothing is compiled yet.
func Open(dir string) (*Set, error) {
	files := folder{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := entry.Name(); !entry.IsDir() && strings.HasSuffix(base, ".xsd") {
			if other, twice := files[base]; twice {
				return fmt.Errorf("%s and %s have one name", other, name)
			}
			files[base] = name
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read schemas: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read schemas: no .xsd files in %s", dir)
	}
	return &Set{files: files, compiled: map[string]*xsd.Schema{}}, nil
}

// Has reports whether there is a schema of the version of a kind.
func (s *Set) Has(code, number string) bool {
	_, ok := s.files[fileName(code, number)]
	return ok
}

// fileName is how the release names the schema of a version.
func fileName(code, number string) string { return code + "-" + number + ".xsd" }

// Violation is one thing in which a document departs from its schema. It never
// holds a value of the document.
type Violation struct {
	Element   string // local name
	Attribute string // "" unless the violation is about one
	Facet     string // of the type that does not accept the value; "" for anything else
}

// String says it in Russian.
func (v Violation) String() string {
	text := "элемент " + v.Element
	if v.Attribute != "" {
		text += ", атрибут " + v.Attribute
	}
	if v.Facet != "" {
		return text + ": значение не подходит под ограничение " + v.Facet
	}
	return text + ": не на своём месте, лишний или неполный"
}

// Error says that a document is not valid.
type Error struct{ Violations []Violation }

// Error names the first violations; all of them are in the field.
func (e *Error) Error() string {
	var texts []string
	for i, v := range e.Violations {
		if i == 3 {
			texts = append(texts, "…")
			break
		}
		texts = append(texts, v.String())
	}
	return "документ не соответствует схеме XSD: " + strings.Join(texts, "; ")
}

// Check validates a document against the schema of the version of a kind. An
// invalid one is an [*Error]; any other error means that nothing was checked.
func (s *Set) Check(ctx context.Context, code, number string, document []byte) error {
	compiled, err := s.schema(ctx, fileName(code, number))
	if err != nil {
		return err
	}
	doc, err := helium.NewParser().Parse(ctx, document)
	if err != nil {
		return errors.New("check against the schema: the document is not XML")
	}
	found := &violations{}
	err = xsd.NewValidator(compiled).ErrorHandler(found).Validate(ctx, doc)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, xsd.ErrValidationFailed):
		return &Error{found.list}
	}
	// The validator's own text may show a value.
	return errors.New("check against the schema: the validator failed")
}

// schema compiles a schema once.
func (s *Set) schema(ctx context.Context, name string) (*xsd.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if compiled, ok := s.compiled[name]; ok {
		return compiled, nil
	}
	text, err := s.files.read(name)
	if err != nil {
		return nil, fmt.Errorf("read schema %s: %w", name, err)
	}
	doc, err := helium.NewParser().Parse(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("read schema %s: %w", name, err)
	}
	found := &problems{}
	compiled, err := xsd.NewCompiler().Label(name).BaseDir(".").FS(s.files).ErrorHandler(found).Compile(ctx, doc)
	if err = errors.Join(append([]error{err}, found.list...)...); err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", name, err)
	}
	s.compiled[name] = compiled
	return compiled, nil
}

// folder finds files by their last name, wherever they lie: schemas name each
// other by paths, and the release is often unpacked flat.
type folder map[string]string

// location is where a schema says that another one lies.
var location = regexp.MustCompile(`(schemaLocation\s*=\s*["'])[^"']*/`)

// read reads a schema; those it names are named as if they lay beside it.
func (f folder) read(name string) ([]byte, error) {
	file, ok := f[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	text, err := os.ReadFile(file)
	return location.ReplaceAll(text, []byte("$1")), err
}

// Open implements fs.FS.
func (f folder) Open(name string) (fs.File, error) {
	text, err := f.read(path.Base(filepath.ToSlash(name)))
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return memoryFile{bytes.NewReader(text)}, nil
}

// memoryFile is a schema as it was read.
type memoryFile struct{ *bytes.Reader }

// Stat implements fs.File; nobody needs it of a schema.
func (memoryFile) Stat() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }

// Close implements fs.File.
func (memoryFile) Close() error { return nil }

// facet is how the validator begins its text on a value a type does not accept.
var facet = regexp.MustCompile(`^\[facet '(\w+)'\]`)

// violations gathers what the validator finds, without its texts: they quote values.
type violations struct{ list []Violation }

// Handle implements helium.ErrorHandler.
func (v *violations) Handle(_ context.Context, err error) {
	var invalid *xsd.ValidationError
	if !errors.As(err, &invalid) {
		return
	}
	_, local, qualified := strings.Cut(invalid.Element, "}")
	if !qualified {
		local = invalid.Element
	}
	found := Violation{Element: local, Attribute: invalid.AttributeName}
	if m := facet.FindStringSubmatch(invalid.Message); m != nil {
		found.Facet = m[1]
	}
	v.list = append(v.list, found)
}

// problems gathers errors of a schema.
type problems struct{ list []error }

// Handle implements helium.ErrorHandler.
func (p *problems) Handle(_ context.Context, err error) {
	if level, ok := err.(helium.ErrorLeveler); ok && level.ErrorLevel() < helium.ErrorLevelError {
		return
	}
	p.list = append(p.list, err)
}
