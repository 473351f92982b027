package config

import (
	"iter"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// field is one variable as its struct tags describe it.
type field struct {
	value       reflect.Value
	group       string
	groupDoc    string
	name        string // without prefix; for a secret without _FILE
	doc         string
	required    bool
	defaultText string
	oneof       []string
	low, high   string // bounds as written in the tag
	check       string
	sent        bool // it decides what is sent
	fileOnly    bool // a secret that may not be in the variable itself
}

// fields walks the struct v and yields its variables in order.
func fields(v reflect.Value) iter.Seq[field] {
	return func(yield func(field) bool) { walk(v, "", "", yield) }
}

func walk(v reflect.Value, group, groupDoc string, yield func(field) bool) bool {
	for i := range v.NumField() {
		t := v.Type().Field(i)
		if g, ok := t.Tag.Lookup("group"); ok {
			doc := t.Tag.Get("doc")
			if doc == "" {
				doc = groupDoc
			}
			if !walk(v.Field(i), g, doc, yield) {
				return false
			}
			continue
		}
		f := field{value: v.Field(i), group: group, groupDoc: groupDoc, doc: t.Tag.Get("doc"),
			oneof: strings.Fields(t.Tag.Get("oneof")), check: t.Tag.Get("check"), fileOnly: t.Tag.Get("secret") == "file", sent: t.Tag.Get("sent") == "yes"}
		name, options, _ := strings.Cut(t.Tag.Get("env"), ",")
		f.name = name
		f.required = options == "required"
		f.defaultText = strings.TrimPrefix(options, "default=")
		if f.required {
			f.defaultText = ""
		}
		f.low, f.high, _ = strings.Cut(t.Tag.Get("range"), "..")
		if !yield(f) {
			return false
		}
	}
	return true
}

// isSecret reports whether the field's text may come from a file.
func (f field) isSecret() bool { return f.value.Type() == reflect.TypeFor[Secret]() }

// isFile reports whether the field is the path of something that must exist.
func (f field) isFile() bool { return f.value.Type() == reflect.TypeFor[File]() }

// variables are the full names the field can be set by.
func (f field) variables() []string {
	switch {
	case f.fileOnly:
		return []string{Prefix + f.name + "_FILE"}
	case f.isSecret():
		return []string{Prefix + f.name, Prefix + f.name + "_FILE"}
	default:
		return []string{Prefix + f.name}
	}
}

// variable is the name used when something is wrong with the field.
func (f field) variable() string { return f.variables()[0] }

// credential is the field's name in the systemd credential directory:
// DATABASE_URL is "database-url", SOFTKEY_KEY_FILE is "softkey-key".
func (f field) credential() string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSuffix(f.name, "_FILE")), "_", "-")
}

// kind describes a type of value to people.
type kind struct {
	name  string // in the reference table
	wrong string // when the text cannot be decoded
}

func (f field) kind() kind {
	switch f.value.Interface().(type) {
	case Secret:
		return kind{"секрет", "нельзя прочитать"}
	case File:
		return kind{"путь", "не путь"}
	case Schedule:
		return kind{"расписание", "не расписание"}
	case TimeZone:
		return kind{"часовой пояс", "не часовой пояс"}
	case Args, Mnemonics:
		return kind{"список", "не список"}
	case Registers:
		return kind{"список", "не реестры"}
	case ExportTimes:
		return kind{"расписания", "не расписания"}
	case RulePolicy:
		return kind{"пары", "не пары КОД=ДЕЙСТВИЕ"}
	case time.Duration:
		return kind{"длительность", "не длительность: ожидается запись вида 30s, 10m, 72h"}
	case slog.Level:
		return kind{"слово", "не уровень"}
	case bool:
		return kind{"true или false", "ожидается true или false"}
	case int, int64:
		return kind{"целое", "не целое число: только цифры, без единиц и пробелов"}
	default:
		if len(f.oneof) > 0 {
			return kind{"слово", "неизвестное слово"}
		}
		return kind{"строка", "не строка"}
	}
}

// outOfRange compares a decoded value with the bounds of its tag.
func (f field) outOfRange(v reflect.Value) string {
	if f.low == "" {
		return ""
	}
	low, high := f.bound(f.low), f.bound(f.high)
	if v.Int() < low || v.Int() > high {
		return "допустимо от " + f.low + " до " + f.high
	}
	return ""
}

// bound reads one bound: a duration for durations, else a number. Tags are
// constant, and a test reads all of them.
func (f field) bound(text string) int64 {
	if f.value.Type() == reflect.TypeFor[time.Duration]() {
		d, _ := time.ParseDuration(text)
		return int64(d)
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}
