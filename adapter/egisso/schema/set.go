//go:build !noschema

package schema

import (
	"context"
	"errors"
	"fmt"
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
	files, err := newFolder(dir)
	if err != nil {
		return nil, err
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
