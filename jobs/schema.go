package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"egissogw/adapter/egisso/schema"
	"egissogw/adapter/store"
)

// Schema checks a document against the official XSD of a version of a kind.
type Schema interface {
	Check(ctx context.Context, code, number string, document []byte) error
}

// SchemaError says that a package departs from the official schema, and which of
// its records do. It is the last look before signing (adapter/egisso/SPEC.md#local-checks, L-XSD).
type SchemaError struct {
	Records []string // uuid and what is wrong, Russian; empty when no record does alone
	Err     *schema.Error
}

// Error names the records.
func (e *SchemaError) Error() string {
	if len(e.Records) == 0 {
		return "L-XSD " + e.Err.Error()
	}
	shown := e.Records
	if len(shown) > 5 {
		shown = append(append([]string(nil), shown[:5]...), fmt.Sprintf("и ещё записей: %d", len(e.Records)-5))
	}
	return "L-XSD документ не соответствует схеме XSD: " + strings.Join(shown, "; ")
}

// checkSchema checks a package; nil means that nobody gave schemas. When it is not
// valid, every record is checked alone, so that the guilty ones are named.
func checkSchema(ctx context.Context, s Schema, p *store.FormedPackage) error {
	if s == nil || p.Classifier != "" {
		return nil
	}
	content, err := document(p)
	if err != nil {
		return err
	}
	err = s.Check(ctx, p.Format, p.Version, content)
	invalid := (*schema.Error)(nil)
	if !errors.As(err, &invalid) {
		return err
	}
	found := &SchemaError{Err: invalid}
	for _, e := range p.Elements {
		alone := *p
		alone.Elements = []store.Element{e}
		content, err := document(&alone)
		if err == nil {
			err = s.Check(ctx, p.Format, p.Version, content)
		}
		if one := (*schema.Error)(nil); errors.As(err, &one) {
			found.Records = append(found.Records, "запись "+e.ID.String()+": "+one.Violations[0].String())
		}
	}
	return found
}
