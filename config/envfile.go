package config

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/sethvargo/go-envconfig"
)

// EnvironmentFile is where the packaged unit takes its variables from.
const EnvironmentFile = "/etc/egissogw/egissogw.env"

// Overlay gives variables of the environment and, under them, those of a file as systemd reads
// EnvironmentFile=, and credentials from the folder beside it, named as LoadCredential= names them.
type Overlay struct {
	environment envconfig.Lookuper
	path        string
	values      map[string]string
	lines       map[string]int
	names       []string  // in the order of the file
	twice       []Problem // of variables with two values in it
}

// Over reads the file at path under the environment. The error is an [*os.PathError] where the
// file cannot be read, or a [*Problems] of its lines: what could be read of it stands then.
func Over(environment envconfig.Lookuper, path string) (*Overlay, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return OverText(environment, path, string(data))
}

// OverText is [Over] for the text of a file that has been read already.
func OverText(environment envconfig.Lookuper, path, text string) (*Overlay, error) {
	o := &Overlay{environment: environment, path: path, values: map[string]string{}, lines: map[string]int{}}
	if wrong := o.parse(text); len(wrong) > 0 {
		return o, &Problems{List: wrong}
	}
	return o, nil
}

// Lookup implements envconfig.Lookuper. A variable of the environment hides that of the file even
// if it is empty, and NAME hides NAME_FILE and the other way round: both say one secret.
func (o *Overlay) Lookup(name string) (string, bool) {
	if value, ok := o.environment.Lookup(name); ok {
		return value, true
	}
	if _, ok := o.environment.Lookup(twin(name)); ok {
		return "", false
	}
	value, ok := o.values[name]
	return value, ok
}

// twin is the other name of a secret.
func twin(name string) string {
	if short, ok := strings.CutSuffix(name, "_FILE"); ok {
		return short
	}
	return name + "_FILE"
}

// Entries are the variables of the file as os.Environ would give them.
func (o *Overlay) Entries() []string {
	entries := make([]string, len(o.names))
	for i, name := range o.names {
		entries[i] = name + "=" + o.values[name]
	}
	return entries
}

// Twice tells of variables with two values, and which of them stands: two in the file, or one in
// the file and one in the environment.
func (o *Overlay) Twice() []Problem {
	twice := o.twice
	for _, name := range o.names {
		value, ok := o.environment.Lookup(name)
		if strings.HasPrefix(name, Prefix) && ok && value != o.values[name] {
			twice = append(twice, Problem{Variable: name,
				Text: fmt.Sprintf("в окружении одно значение, в %s (строка %d) другое: действует окружение; служба окружения этого сеанса не видит", o.path, o.lines[name])})
		}
	}
	return twice
}

// credentials is the folder beside the file.
func (o *Overlay) credentials() string { return filepath.Join(filepath.Dir(o.path), "credentials") }

// set takes a variable; of two the later one, as systemd does.
func (o *Overlay) set(name, value string, line int) {
	if before := o.lines[name]; before == 0 {
		o.names = append(o.names, name)
	} else if o.values[name] != value {
		o.twice = append(o.twice, Problem{Variable: name, Text: fmt.Sprintf("в %s задана дважды по-разному, в строках %d и %d: действует вторая, оставьте одну", o.path, before, line)})
	}
	o.lines[name], o.values[name] = line, value
}

// blanks are what systemd takes off; other blanks stay and are seen by the checks of values.
const blanks = " \t"

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parse reads all lines and tells what systemd would take otherwise than it looks.
func (o *Overlay) parse(text string) (wrong []Problem) {
	at := func(line int, text string) {
		wrong = append(wrong, Problem{Variable: fmt.Sprintf("%s, строка %d", o.path, line), Text: text})
	}
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") || strings.Contains(text, "\x00") {
		at(1, "файл не в UTF-8 (похоже, UTF-16, «Юникод» Windows): сохраните его в UTF-8 без метки порядка байтов")
		return wrong
	}
	if strings.HasPrefix(text, "\ufeff") {
		at(1, "метка порядка байтов (BOM): сохраните файл без неё, в UTF-8")
		text = strings.TrimPrefix(text, "\ufeff")
	}
	returned := false
	for i, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "\r") {
			if !returned {
				at(i+1, "знак CR (файл сохранён в Windows): sed -i 's/\\r$//' "+o.path)
			}
			returned = true
			line = strings.TrimRight(line, "\r")
		}
		name, value, problem := assignment(strings.Trim(line, blanks))
		switch {
		case problem != "":
			at(i+1, problem)
		case name == "":
		default:
			o.set(name, value, i+1)
		}
	}
	return wrong
}

// assignment reads one line; the name is empty where it has none.
func assignment(line string) (name, value, problem string) {
	if line == "" {
		return "", "", ""
	}
	if strings.HasSuffix(line, `\`) {
		return "", "", `знак \ в конце строки: systemd продолжает её следующей; уберите`
	}
	if line[0] == '#' || line[0] == ';' {
		return "", "", ""
	}
	name, value, ok := strings.Cut(line, "=")
	name = strings.Trim(name, blanks)
	switch {
	case !ok:
		return "", "", "нет знака =: ожидается ИМЯ=значение"
	case strings.HasPrefix(name, "export "):
		return "", "", "слово export: systemd такую строку пропускает; оставьте ИМЯ=значение"
	case !variableName.MatchString(name):
		return "", "", "слева от = не имя переменной"
	}
	value, problem = unquoted(strings.Trim(value, blanks))
	if problem != "" {
		return "", "", name + ": " + problem
	}
	return name, value, ""
}

// unquoted reads a value as systemd does, on one line.
func unquoted(text string) (value, problem string) {
	switch {
	case text == "":
		return "", ""
	case strings.ContainsAny(text[:1], `'"`):
		return inQuotes(text)
	case strings.HasPrefix(text, "«"), strings.HasPrefix(text, "“"), strings.HasPrefix(text, "”"), strings.HasPrefix(text, "‘"), strings.HasPrefix(text, "’"):
		return "", `типографская кавычка: нужны ' или ", или никаких`
	case strings.HasSuffix(text, `"`), strings.HasSuffix(text, `'`), strings.Count(text, `"`)%2 == 1:
		return "", "лишняя кавычка: она станет частью значения; кавычки нужны с обеих сторон всего значения"
	case strings.Contains(text, " #"), strings.Contains(text, "\t#"):
		return "", "после значения стоит #: для systemd это часть значения, а не примечание; пишите примечания отдельной строкой, а такое значение — в кавычках"
	}
	var b strings.Builder
	for escaped, rest := false, text; rest != ""; rest = rest[1:] {
		if escaped = !escaped && rest[0] == '\\'; !escaped {
			b.WriteByte(rest[0])
		}
	}
	return b.String(), ""
}

// inQuotes reads a value that begins with a quote.
func inQuotes(text string) (value, problem string) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == text[0]:
			if i != len(text)-1 {
				return "", "после закрывающей кавычки что-то ещё: systemd присоединит это к значению; уберите"
			}
			return b.String(), ""
		case c == '\\' && text[0] == '"' && i+1 < len(text) && strings.IndexByte("\"\\`$", text[i+1]) >= 0:
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "кавычка не закрыта"
}
