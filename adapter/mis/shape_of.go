package mis

import (
	"reflect"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// Shape is what a value of a column is made of.
type Shape struct {
	Name     string  // of the column, or of the field in its object
	Type     Type    // of one value; JSON for an object
	List     bool    // a list of such values
	Required bool    // what holds it cannot be sent without it
	Fields   []Shape // of an object
}

// Shape returns what the column's values are made of: itself but for JSON.
func (c Column) Shape() Shape {
	s := Shape{Name: c.Name, Type: c.Type, Required: c.Required}
	if c.shape != nil {
		s.fill(c.shape)
	}
	return s
}

// fill takes the kind of a value, and the fields of an object, from its Go type.
func (s *Shape) fill(t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[egisso.Date]():
		s.Type = Date
	case t == reflect.TypeFor[uuid.UUID]():
		s.Type, s.Required = UUID, false // the gateway's to give
	case t == reflect.TypeFor[decimal.Decimal](), t == reflect.TypeFor[decimal.NullDecimal]():
		s.Type = Number
	case t.Kind() == reflect.Slice:
		s.List = true
		s.fill(t.Elem())
	case t.Kind() == reflect.Struct:
		s.Type = JSON
		for i := range t.NumField() {
			name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			field := Shape{Name: name, Required: !strings.HasPrefix(options, "omit")}
			field.fill(t.Field(i).Type)
			s.Fields = append(s.Fields, field)
		}
	case t.Kind() == reflect.Bool:
		s.Type = Boolean
	case t.Kind() == reflect.Int:
		s.Type = Integer
	default:
		s.Type = Text
	}
}

// ViewName returns the name of the view that holds the register, "" for an unknown one.
func ViewName(register egisso.Register) string {
	v, err := viewOf(register)
	if err != nil {
		return ""
	}
	return v.name
}

// Obligatory reports whether a source must have the view of the register.
func Obligatory(register egisso.Register) bool {
	v, err := viewOf(register)
	return err == nil && !v.optional
}
