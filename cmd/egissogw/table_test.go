package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"egissogw/cmd/egissogw/internal/screen"
)

var update = flag.Bool("update", false, "write the table of commands into config/dist/README.md")

// TestCallsNameEveryFlag: the call of a command, of which help, man page and completion are made,
// names each flag its function takes, with a value where it has one, and no other.
func TestCallsNameEveryFlag(t *testing.T) {
	for _, c := range commands {
		var called, taken []string
		for _, m := range regexp.MustCompile(`--([a-z0-9-]+)`).FindAllStringSubmatch(c.args, -1) {
			called = append(called, m[1])
		}
		f := flagsOf(c)
		f.VisitAll(func(f *flag.Flag) {
			if f.Name != "config" {
				taken = append(taken, f.Name)
			}
			if strings.Contains(f.Usage, "`") || f.Usage == "" {
				t.Errorf("%s --%s: %q", c.name, f.Name, f.Usage)
			}
		})
		slices.Sort(called)
		if called = slices.Compact(called); !slices.Equal(called, taken) {
			t.Errorf("%s: the call has %q, the function takes %q", c.name, called, taken)
		}
		for _, p := range c.parameters(f) {
			if isSwitch(f.Lookup(p.name)) != (p.value == "") || regexp.MustCompile(`^[|\[]`).MatchString(p.value) {
				t.Errorf("%s --%s: value %q", c.name, p.name, p.value)
			}
			if p.value == "" && regexp.MustCompile(`--`+p.name+` [А-Я]`).MatchString(c.args) {
				t.Errorf("%s --%s: the argument after it looks like its value", c.name, p.name)
			}
		}
		if strings.Contains(c.arguments(), "--") || strings.Count(c.arguments(), "[") != strings.Count(c.arguments(), "]") {
			t.Errorf("%s: arguments %q", c.name, c.arguments())
		}
	}
}

func TestHelpFitsTheTerminal(t *testing.T) {
	texts := []string{console{}.mustRun(t, "help").stdout}
	for _, c := range commands {
		byHelp := console{}.mustRun(t, "help", c.name).stdout
		if byFlag := (console{}).mustRun(t, c.name, "--help").stdout; byFlag != byHelp {
			t.Errorf("%s --help: %s", c.name, byFlag)
		}
		texts = append(texts, byHelp)
	}
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if utf8.RuneCountInString(line) > screen.Width+1 || strings.Contains(line, `\u`) {
				t.Errorf("%q", line)
			}
		}
	}
}

func TestMistypedCalls(t *testing.T) {
	for _, c := range []struct{ call, want, not string }{
		{"jurnal", "может быть, egissogw journal?", ""},
		{"frobnicate", "Список команд: egissogw help", "может быть"},
		{"journal --limt 3", "нет параметра --limt; может быть, --limit?", "Usage"},
		{"journal --limit x", `--limit: "x" не целое число`, "parse"},
		{"journal --limit", "--limit: нет значения", ""},
		{"status --json=much", `--json: "much": пишется без значения`, ""},
		{"status --colour", "нет параметра --colour", "может быть"},
		{"status -jsno", "может быть, --json?", ""},
		{"kmsz --jsn show", "может быть, --json?", ""},
	} {
		r := console{}.run(t, strings.Fields(c.call)...)
		if r.code != exitUsage || r.stdout != "" || strings.Count(r.stderr, c.want) != 1 || c.not != "" && strings.Contains(r.stderr, c.not) {
			t.Errorf("%s: code %d, want %s\n%s%s", c.call, r.code, c.want, r.stdout, r.stderr)
		}
	}
	if r := (console{}).mustRun(t, "--version"); !strings.HasPrefix(r.stdout, "egissogw ") {
		t.Error(r.stdout)
	}
	if got, err := parse(flag.NewFlagSet("", flag.ContinueOnError), []string{"a", "-", "--", "--b"}); err != nil || !slices.Equal(got, []string{"a", "-", "--b"}) {
		t.Errorf("%q, %v", got, err)
	}
}

const tableBegin, tableEnd = "<!-- commands:begin -->\n", "<!-- commands:end -->"

// TestReadmeHoldsTheCommands keeps the table of config/dist/README.md equal to the table here.
func TestReadmeHoldsTheCommands(t *testing.T) {
	const readme = "../../config/dist/README.md"
	before, rest, ok := strings.Cut(string(readFile(t, readme)), tableBegin)
	have, after, both := strings.Cut(rest, tableEnd)
	if !ok || !both {
		t.Fatal("the README has no marks of the table")
	}
	if want := commandTable(); have != want {
		if !*update {
			t.Fatal("the table of commands is out of date: go test ./cmd/egissogw -run Readme -update")
		}
		if err := os.WriteFile(readme, []byte(before+tableBegin+want+tableEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func commandTable() string {
	var b strings.Builder
	b.WriteString("\n| Команда | Что делает |\n| --- | --- |\n")
	for _, c := range commands {
		call := strings.TrimSpace("egissogw " + c.name + " " + c.arguments())
		b.WriteString("| `" + strings.ReplaceAll(call, "|", `\|`) + "` | " + strings.ReplaceAll(c.summary, "|", `\|`) + " |\n")
	}
	return b.String() + "\n"
}

// TestPagesOfTheManual: groff finds no fault with them.
func TestPagesOfTheManual(t *testing.T) {
	for _, args := range [][]string{{"man"}, {"man", "settings"}} {
		page := console{}.mustRun(t, args...).stdout
		for line := range strings.Lines(page) {
			if strings.HasPrefix(line, "'") || strings.Contains(line, "`") {
				t.Errorf("%q: %s", args, line)
			}
		}
		groff, err := exec.LookPath("groff")
		if err != nil {
			continue // what there is to be seen without it has been seen
		}
		c := exec.Command(groff, "-T", "utf8", "-man", "-K", "utf8", "-ww", "-z")
		c.Stdin = strings.NewReader(page)
		if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%q: %v\n%.600s", args, err, out)
		}
	}
	for _, name := range []string{"serve", "--not-loaded", "EGISSOGW_DATABASE_URL"} {
		var page bytes.Buffer
		programPage(&page)
		settingsPage(&page)
		if !strings.Contains(page.String(), roff(name)) {
			t.Errorf("%s is not in the manual", name)
		}
	}
}

// TestCompletion asks bash what it makes of words; other shells at least read theirs.
func TestCompletion(t *testing.T) {
	script := console{}.mustRun(t, "completion", "bash").stdout + `
for line in 'jo' 'signing o' 'journal --li' 'sign --xml en' 'form ' 'retry --reason x' 'help che'; do
	COMP_WORDS=(egissogw $line); [ "${line% }" = "$line" ] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_egissogw
	echo "$line: ${COMPREPLY[*]}"
done
`
	c := exec.Command("bash", "--norc")
	c.Stdin = strings.NewReader(script)
	out, err := c.CombinedOutput()
	want := "jo: journal\nsigning o: on off\njournal --li: --limit\nsign --xml en: enveloped\nform : " +
		strings.Join(findOrFail(t, "form").words(), " ") + "\nretry --reason x: \nhelp che: check checks\n"
	if err != nil || string(out) != want {
		t.Errorf("%v\n%swant\n%s", err, out, want)
	}
	for shell, write := range map[string]func(io.Writer){"zsh": zshCompletion, "fish": fishCompletion} {
		var text bytes.Buffer
		write(&text)
		for _, c := range commands {
			if !strings.Contains(text.String(), c.name) {
				t.Errorf("%s: no %s", shell, c.name)
			}
		}
		if path, err := exec.LookPath(shell); err == nil {
			c := exec.Command(path, "-n")
			c.Stdin = &text
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", shell, err, out)
			}
		}
	}
}

func findOrFail(t *testing.T, name string) command {
	t.Helper()
	c, ok := findCommand(name)
	if !ok {
		t.Fatalf("no command %s", name)
	}
	return c
}
