package mis

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/shopspring/decimal"
)

// checkShape reports what encoding/json would pass by: fields named twice, or in
// other letters than the contract names them, and numbers and flags that are
// absent, which would read as nought and false. Absent texts and dates are left
// to the checks of the record, which know them as empty; values of another kind
// are left to the decoder.
func checkShape(value []byte, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		return errNotJSON
	}
	switch {
	case value[0] == '[' && t.Kind() == reflect.Slice:
		return checkList(value, t.Elem())
	case value[0] == '{' && t.Kind() == reflect.Struct && !isScalar(t):
		return checkObject(value, t)
	case len(value) > numberText && (t == reflect.TypeFor[decimal.Decimal]() || t == reflect.TypeFor[decimal.NullDecimal]()):
		return errLongNumber
	}
	return nil
}

func checkList(value []byte, element reflect.Type) error {
	d := json.NewDecoder(bytes.NewReader(value))
	if _, err := d.Token(); err != nil {
		return errNotJSON
	}
	for d.More() {
		var item json.RawMessage
		if err := d.Decode(&item); err != nil {
			return errNotJSON
		}
		if err := checkShape(item, element); err != nil {
			return err
		}
	}
	return nil
}

func checkObject(value []byte, t reflect.Type) error {
	d := json.NewDecoder(bytes.NewReader(value))
	if _, err := d.Token(); err != nil {
		return errNotJSON
	}
	shape, given := shapeOf(t), map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return errNotJSON
		}
		name, _ := token.(string)
		var inside json.RawMessage
		if err := d.Decode(&inside); err != nil {
			return errNotJSON
		}
		field, ok := shape.fields[name]
		_, twice := given[name]
		switch {
		case !ok && fieldName.MatchString(name):
			return fmt.Errorf("поля %s нет в контракте", name)
		case !ok:
			return fmt.Errorf("есть поле, которого нет в контракте")
		case twice:
			return fmt.Errorf("поле %s указано дважды", name)
		}
		given[name] = string(inside) != "null"
		if err := checkShape(inside, field); err != nil {
			return err
		}
	}
	for _, name := range shape.obligatory {
		if !given[name] {
			return fmt.Errorf("поле %s не заполнено", name)
		}
	}
	return nil
}

// shape is how JSON names the fields of a type, and which of them it must give:
// those whose absence would not show in the decoded value.
type shape struct {
	fields     map[string]reflect.Type
	obligatory []string
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	s := &shape{fields: map[string]reflect.Type{}}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		kind := t.Field(i).Type
		s.fields[name] = kind
		counts := kind.Kind() == reflect.Int || kind.Kind() == reflect.Bool || kind == reflect.TypeFor[decimal.Decimal]()
		if counts && !strings.HasPrefix(options, "omit") {
			s.obligatory = append(s.obligatory, name)
		}
	}
	shapes.Store(t, s)
	return s
}

// isScalar reports whether JSON writes a value of the type as one text or number.
func isScalar(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) ||
		reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}
