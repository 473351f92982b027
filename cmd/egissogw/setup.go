package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sethvargo/go-envconfig"

	"egissogw/cmd/egissogw/internal/private"
	"egissogw/config"
	"egissogw/config/setup"
)

// setupCall is one call of `setup`.
type setupCall struct {
	app    *app
	root   string // "" is that of the machine
	force  bool
	before setup.Site
}

// setupReport is what was done and what is left to do.
type setupReport struct {
	Written   []string `json:"written"`
	Unchanged []string `json:"unchanged"`
	Saved     []string `json:"saved"`  // what stood there before, by --force
	Absent    []string `json:"absent"` // files the settings name that are not there yet
	Next      []string `json:"next"`   // commands, in order
}

// setUp is `setup`.
func setUp(ctx context.Context, a *app, args []string) error {
	f := a.flags("setup")
	asJSON := a.jsonFlag(f)
	s := setupCall{app: a}
	answersFile := ""
	f.StringVar(&answersFile, "answers", "", "файл ответов вместо вопросов, вида egissogw.env; - — стандартный ввод")
	f.StringVar(&s.root, "root", "", "каталог, в котором лежит etc настраиваемой машины, вместо /")
	f.BoolVar(&s.force, "force", false, "заменить файлы, которые уже заполнены; прежние остаются рядом")
	if err := parseFlags(f, args); err != nil {
		return err
	}
	if err := s.look(); err != nil {
		return err
	}
	answers, err := s.answers(ctx, answersFile)
	if err != nil {
		return err
	}
	answers.Complete()
	report, err := s.carryOut(ctx, answers)
	if err != nil {
		return err
	}
	if *asJSON {
		return a.printJSON(report)
	}
	return report.print(a.stdout)
}

func (s *setupCall) at(path string) string { return filepath.Join(s.root, path) }

// look reads what there is.
func (s *setupCall) look() error {
	text, err := os.ReadFile(s.at(config.EnvironmentFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return settingsFault(s.at(config.EnvironmentFile), err)
	}
	s.before = setup.Site{Environment: string(text), Credentials: map[string]string{}}
	for name := range config.Credentials() {
		path := s.at(filepath.Join(setup.Credentials, name))
		text, err := os.ReadFile(path)
		switch {
		case err == nil:
			s.before.Credentials[name] = strings.TrimRight(string(text), "\n")
		case !errors.Is(err, fs.ErrNotExist):
			return fileError(path, err)
		}
	}
	return nil
}

// carryOut checks the answers and writes everything, or nothing if something is wrong.
func (s *setupCall) carryOut(ctx context.Context, answers setup.Answers) (setupReport, error) {
	report := setupReport{Written: []string{}, Unchanged: []string{}, Saved: []string{}, Absent: []string{}, Next: nextSteps(answers)}
	if wrong := answers.Wrong(); len(wrong) > 0 {
		return report, &config.Problems{List: wrong}
	}
	files, err := setup.Plan(answers, s.before)
	if err != nil {
		return report, err
	}
	if report.Absent, err = s.check(ctx, files); err != nil {
		return report, err
	}
	return report, s.write(files, &report)
}

// check reads the planned configuration as the service will. Files that are not there yet are no
// mistake: it returns them.
func (s *setupCall) check(ctx context.Context, files []setup.File) (absent []string, err error) {
	stage, err := os.MkdirTemp("", "egissogw-setup-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(stage)
	environment := envconfig.MapLookuper(map[string]string{"CREDENTIALS_DIRECTORY": stage})
	for _, f := range files {
		if filepath.Dir(f.Path) == setup.Credentials {
			if err := os.WriteFile(filepath.Join(stage, filepath.Base(f.Path)), []byte(f.Text), 0o600); err != nil {
				return nil, err
			}
		}
	}
	planned, wrongLines := config.OverText(environment, config.EnvironmentFile, files[0].Text)
	_, err = config.Load(ctx, planned)
	var problems *config.Problems
	if errors.As(err, &problems) {
		wrong := &config.Problems{}
		for _, p := range problems.List {
			if p.Absent != "" {
				absent = append(absent, p.Absent)
			} else {
				wrong.List = append(wrong.List, p)
			}
		}
		err = config.Together(wrong)
		if len(wrong.List) == 0 {
			err = nil
		}
	}
	return append([]string{}, absent...), config.Together(wrongLines, err)
}

// write puts the files in place. One that is filled in otherwise is replaced by --force alone.
func (s *setupCall) write(files []setup.File, report *setupReport) error {
	var changed []setup.File
	var filled []string
	for _, f := range files {
		old, err := os.ReadFile(s.at(f.Path))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			changed = append(changed, f)
		case err != nil:
			return fileError(s.at(f.Path), err)
		case string(old) == f.Text:
			report.Unchanged = append(report.Unchanged, f.Path)
			if err := os.Chmod(s.at(f.Path), f.Mode); err != nil {
				return err
			}
		default:
			changed = append(changed, f)
			if string(old) != config.Example {
				filled = append(filled, f.Path)
			}
		}
	}
	if len(filled) > 0 && !s.force {
		return errors.New("уже заполнено иначе, ничего не записано: " + strings.Join(filled, ", ") + "; --force заменит, прежние файлы останутся рядом")
	}
	for _, f := range changed {
		if err := s.replace(f, slices.Contains(filled, f.Path), report); err != nil {
			return err
		}
		report.Written = append(report.Written, f.Path)
	}
	return nil
}

// replace writes one file, of which the one before stays beside it if it is to be saved.
func (s *setupCall) replace(f setup.File, save bool, report *setupReport) error {
	path, mode := s.at(f.Path), fs.FileMode(0o755)
	if filepath.Dir(f.Path) == setup.Credentials {
		mode = 0o700
	}
	if err := os.MkdirAll(filepath.Dir(path), mode); err != nil {
		return err
	}
	if save {
		saved := f.Path + "." + s.app.now().Format("20060102-150405") + ".bak"
		if err := os.Link(path, s.at(saved)); err != nil {
			return err
		}
		report.Saved = append(report.Saved, saved)
	}
	if err := private.Write(path, true, private.Bytes([]byte(f.Text))); err != nil {
		return err
	}
	return os.Chmod(path, f.Mode)
}

// answers are those of a file, or of the person at the terminal.
func (s *setupCall) answers(ctx context.Context, file string) (setup.Answers, error) {
	if file != "" {
		return s.fromFile(ctx, file)
	}
	asking, err := s.app.terminal()
	if err != nil {
		return nil, err
	}
	return asking.all(ctx, s.known())
}

// known are the answers the settings and credentials hold already; of a secret only that it is
// there.
func (s *setupCall) known() setup.Answers {
	known := setup.Answers{}
	if text := s.before.Environment; text != "" && text != config.Example {
		written, _ := config.OverText(envconfig.MapLookuper(nil), config.EnvironmentFile, text) // check tells of its lines
		for _, entry := range written.Entries() {
			name, value, _ := strings.Cut(entry, "=")
			known[name] = value
		}
	}
	for _, q := range setup.Questions {
		credential, _, _ := config.Named(q.Variable)
		switch text := s.before.Credentials[credential]; {
		case text == "":
		case q.Database():
			known[q.Variable] = setup.WithoutPassword(text)
		default:
			known[q.Variable] = setup.Kept
		}
	}
	return known
}

// fromFile reads a file of answers: the variables of the settings, secrets by NAME_FILE.
func (s *setupCall) fromFile(ctx context.Context, name string) (setup.Answers, error) {
	data, err := s.app.read(ctx, name)
	if err != nil {
		return nil, err
	}
	given, err := config.OverText(envconfig.MapLookuper(nil), shownName(name), string(data))
	if err != nil {
		return nil, err
	}
	var wrong []config.Problem
	for _, unknown := range config.Unknown(given.Entries()) {
		if _, _, known := config.Named(unknown.Name); !known { // a secret may not stand under its own name in the settings
			wrong = append(wrong, config.Problem{Variable: unknown.Name, Text: unknown.Problem("такой настройки нет")})
		}
	}
	answers := setup.Answers{}
	for _, entry := range given.Entries() {
		variable, value, _ := strings.Cut(entry, "=")
		variable, value, problem := s.answer(ctx, name, variable, value)
		if problem != "" {
			wrong = append(wrong, config.Problem{Variable: variable, Text: problem})
		}
		answers[variable] = value
	}
	if len(wrong) == 0 {
		wrong = answers.Default(s.known())
	}
	if len(wrong) > 0 {
		return nil, &config.Problems{List: wrong}
	}
	return answers, nil
}

// answer is one line of a file of answers: a secret is read from the file it names.
func (s *setupCall) answer(ctx context.Context, file, variable, value string) (name, text, problem string) {
	short, named := strings.CutSuffix(variable, "_FILE")
	_, secret, _ := config.Named(variable)
	switch {
	case !setup.Hidden(variable) || value == "":
		return variable, value, ""
	case secret && !named && !strings.Contains(value, "://"):
		return variable, "", "секрет в ответы не пишется: положите его в файл и укажите " + variable + "_FILE"
	case secret && !named && setup.HasPassword(value) && s.app.othersRead(file):
		return variable, "", "в ответах пароль, а прочесть их могут и другие: chmod 600, или файлом " + variable + "_FILE"
	case secret && !named:
		return variable, value, ""
	case value == stdinName && file == stdinName:
		return variable, "", "стандартный ввод уже отдан ответам"
	}
	data, err := s.app.read(ctx, value)
	if err != nil {
		return variable, "", err.Error()
	}
	if secret {
		variable = short
	}
	return variable, strings.TrimRight(string(data), "\r\n"), ""
}

// othersRead tells whether a file can be read by more than its owner.
func (a *app) othersRead(name string) bool {
	info, err := os.Stat(name)
	return name != stdinName && err == nil && info.Mode().Perm()&0o077 != 0
}
