package config

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sethvargo/go-envconfig"
)

// Load reads the configuration through l (envconfig.OsLookuper() in the program)
// and checks all of it. The error is a [*Problems]; the Config returned beside
// it holds everything that could be read.
//
// An empty variable counts as one that is not set.
func Load(ctx context.Context, l envconfig.Lookuper) (Config, error) {
	var c Config
	r := &reader{config: &c, lookuper: l}
	for f := range fields(reflect.ValueOf(&c).Elem()) {
		r.read(ctx, f)
	}
	r.checkTogether()
	if len(r.problems) > 0 {
		return c, &Problems{List: r.sorted()}
	}
	return c, nil
}

// Check says what is wrong with the text of one variable, by its full name and in Russian, "" if
// nothing is. What depends on other variables or on files is for [Load].
func Check(ctx context.Context, name, text string) string {
	for f := range fields(reflect.ValueOf(&Config{}).Elem()) {
		if name != Prefix+f.name {
			continue
		}
		f.fileOnly = false
		r := &reader{config: &Config{}, lookuper: envconfig.MapLookuper(map[string]string{Prefix + f.name: text})}
		if r.read(ctx, f); len(r.problems) > 0 {
			return r.problems[0].Text
		}
		return ""
	}
	return "такой настройки нет"
}

// Named tells what a variable is, by its full name: whether its text is a secret, which comes by
// a file or credential, and the name of its credential, "" if it may not be one.
func Named(name string) (credential string, secret, known bool) {
	for f := range fields(reflect.ValueOf(&Config{}).Elem()) {
		if name != Prefix+f.name && !slices.Contains(f.variables(), name) {
			continue
		}
		if f.isSecret() || f.isFile() {
			credential = f.credential()
		}
		return credential, f.isSecret(), true
	}
	return "", false, false
}

// Credentials returns the names looked for in systemd's credential directory.
func Credentials() map[string]bool {
	names := map[string]bool{}
	for f := range fields(reflect.ValueOf(&Config{}).Elem()) {
		if f.isSecret() || f.isFile() {
			names[f.credential()] = true
		}
	}
	return names
}

// reader reads one field after the other and gathers what is wrong.
type reader struct {
	config   *Config
	lookuper envconfig.Lookuper
	problems []Problem
}

// lookup returns a variable by its full name; an empty one is not set.
func (r *reader) lookup(name string) (string, bool) {
	value, ok := r.lookuper.Lookup(name)
	return value, ok && value != ""
}

func (r *reader) report(f field, format string, args ...any) {
	r.problems = append(r.problems, Problem{Variable: f.variable(), Group: f.group, Text: fmt.Sprintf(format, args...)})
}

// read finds the text of one field, checks it and decodes it.
//
// envconfig stops at the first error of a struct, so it is given a struct of one
// field at a time: that is how every problem is reported at once.
func (r *reader) read(ctx context.Context, f field) {
	before := len(r.problems)
	text, given := r.find(f)
	if len(r.problems) > before {
		return
	}
	if !given && f.required {
		if dir, closed := r.closed(f); closed {
			r.report(f, "не задана, и нет прав на %s, где она может быть: выполните команду от root (sudo) или задайте её в своём окружении", dir)
		} else {
			r.report(f, "не задана: %s", f.doc)
		}
		return
	}
	if !given {
		text = f.defaultText
	}
	if text == "" {
		return
	}
	if len(f.oneof) > 0 && !slices.Contains(f.oneof, text) {
		r.report(f, "допустимо одно из: %s", strings.Join(f.oneof, ", "))
		return
	}
	if f.check != "" {
		if problem := textChecks[f.check](text); problem != "" {
			r.report(f, "%s", problem)
			return
		}
	}
	one := reflect.New(reflect.StructOf([]reflect.StructField{{
		Name: "Value", Type: f.value.Type(), Tag: reflect.StructTag(`env:"` + f.name + `"`),
	}}))
	err := envconfig.ProcessWith(ctx, &envconfig.Config{
		Target:   one.Interface(),
		Lookuper: envconfig.MapLookuper(map[string]string{f.name: text}),
	})
	if err != nil {
		problem, ok := safeText(err)
		if !ok {
			problem = f.kind().wrong
		}
		r.report(f, "%s", problem)
		return
	}
	value := one.Elem().Field(0)
	if problem := f.outOfRange(value); problem != "" {
		r.report(f, "%s", problem)
		return
	}
	f.value.Set(value)
}
