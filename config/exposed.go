package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"syscall"

	"github.com/sethvargo/go-envconfig"
)

// Exposed tells which files of a configuration people other than root and the service may read
// or change: keys, PIN-codes, passwords and addresses with passwords nobody, programs, modules
// and trusted certificates may be read by all. What cannot be looked at is left out. The texts
// hold names and modes, never content.
func Exposed(c Config, l envconfig.Lookuper) []Problem {
	environment := EnvironmentFile
	if o, ok := l.(*Overlay); ok {
		environment = o.path
	}
	return exposed(c, l, environment)
}

func exposed(c Config, l envconfig.Lookuper, environment string) (found []Problem) {
	r := &reader{config: &c, lookuper: l}
	inVariable := false
	for f := range fields(reflect.ValueOf(&c).Elem()) {
		path, secret := "", f.isSecret() || f.name == "SOFTKEY_KEY_FILE" || f.name == "LISTEN_KEY_FILE"
		switch value := f.value.Interface().(type) {
		case File:
			path = string(value)
		case Secret:
			if _, direct := r.lookup(Prefix + f.name); direct {
				inVariable = true
			} else if path, _ = r.lookup(Prefix + f.name + "_FILE"); path == "" {
				path, _ = r.credential(f)
			}
		default:
			continue
		}
		for _, text := range fileExposed(path, secret && !r.fromSystemd(path)) {
			found = append(found, Problem{Variable: f.variable(), Group: f.group, Text: text})
		}
	}
	for _, text := range fileExposed(environment, inVariable) {
		found = append(found, Problem{Variable: environment, Text: text})
	}
	return found
}

// fromSystemd tells whether systemd made the file: it gives it to the service alone, by an
// access list that shows as rights of the group.
func (r *reader) fromSystemd(path string) bool {
	dir, ok := r.lookup(credentialsVariable)
	return ok && filepath.Dir(path) == filepath.Clean(dir)
}

// fileExposed looks at one file and at the folders above it.
func fileExposed(path string, secret bool) (texts []string) {
	if path == "" {
		return nil
	}
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	mode := info.Mode().Perm()
	switch {
	case mode&0o022 != 0:
		texts = append(texts, fmt.Sprintf("файл %s могут менять другие (права %04o): chmod go-w", path, mode))
	case secret && mode&0o004 != 0:
		texts = append(texts, fmt.Sprintf("файл %s может прочесть каждый (права %04o), а в нём секрет: chmod 0600 и владелец — учётная запись службы", path, mode))
	case secret && mode&0o040 != 0:
		texts = append(texts, fmt.Sprintf("файл %s может прочесть вся его группа (права %04o), а в нём секрет: chmod 0600 и владелец — учётная запись службы", path, mode))
	}
	if strange(info) {
		texts = append(texts, fmt.Sprintf("файл %s принадлежит ни root, ни учётной записи службы: владелец может его подменить", path))
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.Mode()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
			texts = append(texts, fmt.Sprintf("каталог %s могут менять другие (права %04o), значит, и подменить в нём файл %s", dir, info.Mode().Perm(), path))
		}
		if dir == filepath.Dir(dir) {
			return texts
		}
	}
}

// strange tells whether a file belongs to somebody else than root and us.
func strange(info fs.FileInfo) bool {
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && owner.Uid != 0 && int(owner.Uid) != os.Geteuid() && os.Geteuid() != 0
}
