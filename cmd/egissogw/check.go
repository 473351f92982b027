package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// checkResult is one line of check.
type checkResult struct {
	Part    string   `json:"part"`
	What    string   `json:"-"` // its title
	OK      bool     `json:"ok"`
	Notes   []string `json:"notes,omitempty"`
	Problem []string `json:"problems,omitempty"`
	clocks  []clockReading
}

// errNotReady is returned when checkSite found problems, which it has printed.
var errNotReady = errors.New("есть препятствия для работы")

// checkParts are what check looks at beside the configuration, each with the groups of settings it needs.
var checkParts = []struct {
	code  string
	what  string
	needs []string
	look  func(context.Context, config.Config) checkResult
}{
	{"database", "База шлюза", []string{"database"}, checkDatabase},
	{"source", "База МИС", []string{"source"}, checkSource},
	{"signer", "Подпись", []string{"signer"}, checkSigner},
	{"smev", "СМЭВ", []string{"smev"}, checkBus},
	{"ftp", "Файловое хранилище СМЭВ", []string{"ftp"}, checkFiles},
	{"archive", "Архив доказательств", []string{"archive"}, checkArchive},
}

// checkSite looks at everything the gateway needs and tells all problems at once.
func checkSite(ctx context.Context, a *app, args []string) error {
	f := a.flags("check")
	asJSON := a.jsonFlag(f)
	likeService := f.Bool("as-service", false, "проверить так, как видит служба: её учётная запись, переменные, учётные данные и ограничения из юнита systemd")
	unit := f.String("unit", "egissogw.service", "служба для --as-service")
	if err := parseFlags(f, args); err != nil {
		return err
	}
	if *likeService {
		return asService{unit: *unit, folders: unitFolders, asJSON: *asJSON}.run(ctx, a)
	}
	c, problems, err := a.configToCheck(ctx)
	if err != nil {
		return err
	}
	results := []checkResult{checkConfiguration(a, c, problems)}
	if text := checkListener(ctx, c.Watch); text != "" {
		results[0].Problem = append(results[0].Problem, text)
	}
	for _, part := range checkParts {
		if problems != nil && problems.Of(part.needs...) != nil {
			results = append(results, checkResult{Part: part.code, What: part.what, Problem: []string{"не проверялось: сначала исправьте настройки"}})
			continue
		}
		r := part.look(ctx, c)
		r.Part, r.What = part.code, part.what
		results = append(results, r)
	}
	return a.printChecks(append(results, checkClock(results)), *asJSON)
}

// configToCheck is the configuration with what is wrong with it, nil if nothing is.
func (a *app) configToCheck(ctx context.Context) (c config.Config, problems *config.Problems, err error) {
	c, err = a.readConfig(ctx)
	if errors.As(err, &problems) {
		err = nil
	}
	return c, problems, err
}

func (a *app) printChecks(results []checkResult, asJSON bool) error {
	ready := true
	for i := range results {
		results[i].OK = len(results[i].Problem) == 0
		ready = ready && results[i].OK
	}
	if asJSON {
		if err := a.printJSON(results); err != nil {
			return err
		}
	} else {
		out := a.screen()
		for _, r := range results {
			mark := "готово"
			if !r.OK {
				mark = "НЕ ГОТОВО"
			}
			screen.Fprintf(out, "%-26s %s\n", r.What, mark)
			for _, text := range append(r.Problem, r.Notes...) {
				screen.Fprintf(out, "    - %s\n", text)
			}
		}
	}
	if !ready {
		return errNotReady
	}
	return nil
}

// placeholderCode is the provider's code in config/dist/egissogw.env.
const placeholderCode = "0000.000000"

func checkConfiguration(a *app, c config.Config, problems *config.Problems) checkResult {
	r := checkResult{Part: "settings", What: "Настройки"}
	policy, wrong := assemble.PoliciesOf(c)
	if problems != nil {
		wrong = a.orNoFile(config.Together(problems, wrong))
	}
	var all *config.Problems
	if errors.As(wrong, &all) {
		for _, p := range all.List {
			r.Problem = append(r.Problem, p.String())
		}
	}
	if c.Provider.Code == placeholderCode {
		r.Problem = append(r.Problem, config.Prefix+"PROVIDER_CODE: "+placeholderCode+" — образец, укажите код своей организации")
	}
	if _, err := assemble.OpenSchema(c.Package, policy.Versions); err != nil {
		r.Problem = append(r.Problem, err.Error())
	}
	for _, p := range config.Exposed(c, a.lookuper) {
		r.Notes = append(r.Notes, p.String())
	}
	for _, w := range policy.Withdrawn {
		r.Notes = append(r.Notes, withdrawalText(w, a.now()))
	}
	if a.overlay != nil {
		for _, p := range a.overlay.Twice() {
			r.Notes = append(r.Notes, p.String())
		}
	}
	for _, unknown := range config.Unknown(a.environ) {
		if unknown.Like != "" { // mistyped
			r.Problem = append(r.Problem, unknown.String())
		} else {
			r.Notes = append(r.Notes, unknown.String())
		}
	}
	return r
}

// withdrawalText says that a version that is sent is withdrawn.
func withdrawalText(w egisso.Withdrawal, now time.Time) string {
	verb := "выведена из эксплуатации"
	if w.From.After(now) {
		verb = "выводится из эксплуатации"
	}
	return fmt.Sprintf("версия %s %s %s с %s, а %sKIND_VERSIONS велит отправлять в ней; если оператор перенёс срок, укажите его в %sWITHDRAWN_VERSIONS",
		w.Number, w.Code, verb, w.From.In(egisso.Moscow).Format("02.01.2006"), config.Prefix, config.Prefix)
}
