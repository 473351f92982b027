package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// credentialsVariable is where systemd puts the directory of LoadCredential=.
const credentialsVariable = "CREDENTIALS_DIRECTORY"

// secretLimit is more than any password or connection string needs.
const secretLimit = 64 << 10

// find returns the text of a field: the variable; for a secret the content of the
// file named by …_FILE; else, for secrets and paths, what systemd was told to
// hand over. It reports what cannot be read.
func (r *reader) find(f field) (string, bool) {
	direct, isDirect := r.lookup(Prefix + f.name)
	if !f.isSecret() {
		if isDirect || !f.isFile() {
			return direct, isDirect
		}
		return r.credential(f)
	}
	path, hasPath := r.lookup(Prefix + f.name + "_FILE")
	switch {
	case isDirect && f.fileOnly:
		r.report(f, "значение нельзя задавать в %s: положите его в файл и укажите путь, или передайте как учётные данные systemd %s", Prefix+f.name, f.credential())
		return "", false
	case isDirect && hasPath:
		r.report(f, "задана и она, и %s_FILE: оставьте одну", Prefix+f.name)
		return "", false
	case isDirect:
		return direct, true
	case !hasPath:
		if path, hasPath = r.credential(f); !hasPath {
			return "", false
		}
	}
	text, problem := readSecret(path)
	if problem != "" {
		r.problems = append(r.problems, Problem{Variable: Prefix + f.name + "_FILE", Group: f.group, Text: problem})
		return "", false
	}
	return text, true
}

// credential returns the path of the field's systemd credential, when there is one; those
// beside a file of settings count less than those systemd hands over.
func (r *reader) credential(f field) (string, bool) {
	for _, dir := range r.credentialFolders() {
		path := filepath.Join(dir, f.credential())
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
	}
	return "", false
}

func (r *reader) credentialFolders() (dirs []string) {
	if dir, ok := r.lookup(credentialsVariable); ok {
		dirs = append(dirs, dir)
	}
	if o, ok := r.lookuper.(*Overlay); ok && len(dirs) == 0 {
		dirs = append(dirs, o.credentials())
	}
	return dirs
}

// closed is the folder of credentials that may not be looked at, where a field could be.
func (r *reader) closed(f field) (string, bool) {
	for _, dir := range r.credentialFolders() {
		if _, err := os.Stat(filepath.Join(dir, f.credential())); (f.isSecret() || f.isFile()) && errors.Is(err, fs.ErrPermission) {
			return dir, true
		}
	}
	return "", false
}

// readSecret returns a file's content without the newline at its end, or what is wrong.
func readSecret(path string) (text, problem string) {
	if problem := fileProblem(path); problem != "" {
		return "", problem
	}
	file, err := os.Open(path)
	if err != nil {
		return "", openProblem(path, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, secretLimit+1))
	switch {
	case err != nil:
		return "", "файл не читается"
	case len(data) > secretLimit:
		return "", "файл слишком велик для секрета"
	}
	return secretOf(string(data))
}

// secretOf takes the ends of lines off, and refuses what editors add unseen.
func secretOf(file string) (text, problem string) {
	text = strings.TrimRight(file, "\r\n")
	switch {
	case text == "":
		return "", "файл пуст"
	case strings.HasPrefix(text, "\ufeff"), strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return "", "файл начинается с метки порядка байтов (BOM): сохраните его без неё, в UTF-8"
	case strings.TrimSpace(text) != text:
		return "", "в начале или в конце файла пробел или пустая строка: уберите"
	}
	return text, ""
}

// fileProblem says why path is not a regular file that can be read.
func fileProblem(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return openProblem(path, err)
	}
	if !info.Mode().IsRegular() {
		return named(path) + " — не обычный файл"
	}
	file, err := os.Open(path)
	if err != nil {
		return openProblem(path, err)
	}
	file.Close()
	return ""
}

// programProblem says why path is not a program that can be run.
func programProblem(path string) string {
	if !filepath.IsAbs(path) {
		return "нужен полный путь"
	}
	info, err := os.Stat(path)
	if err != nil {
		return openProblem(path, err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0 {
		return named(path) + " — не исполняемый файл"
	}
	return ""
}

func openProblem(path string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return named(path) + " не найден"
	case errors.Is(err, fs.ErrPermission):
		return "нет прав на чтение: " + named(path)
	default:
		return named(path) + " не открывается"
	}
}

// named is a file with its path, unless it is none: what was written in its place may be the
// secret itself.
func named(path string) string {
	if !filepath.IsAbs(path) {
		return "файл"
	}
	return "файл " + path
}
