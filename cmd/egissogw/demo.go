package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
)

// demoTerm is how long one half of the demo may take.
const demoTerm = 5 * time.Minute

// demoPolicy lets facts of a wrong form out, so that ЕГИССО's own refusal can be
// seen beside the gateway's checks, and holds facts whose measure КМСЗ does not
// allow any more.
const demoPolicy = "026=warn,L-KMSZ=block"

// demo plays the whole way of a record on this machine and proves that every
// record of the source is accounted for.
func demo(ctx context.Context, a *app, args []string) error {
	f := a.flags("demo")
	facts := f.Int("facts", 2500, "сколько рецептов в учебной МИС")
	changes := f.Int("changes", 60, "сколько рецептов изменить во второй части")
	seed := f.Uint64("seed", 1, "из чего выдумываются люди и рецепты")
	keep := f.Bool("keep", false, "оставить всё работающим")
	save := f.String("save", "", "каталог, куда имитатор сложит каждое сообщение и каждый пакет")
	sim := f.String("sim", "", "программа имитатора; по умолчанию smevsim рядом с egissogw")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) > 0 || *facts < 100 || *changes < 0 {
		return usageError{"рецептов не меньше 100, изменений не меньше 0"}
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program itself: %w", err)
	}
	if *sim == "" {
		*sim = filepath.Join(filepath.Dir(program), "smevsim")
	}
	if err := needSimulator(*sim); err != nil {
		return err
	}
	options := stageOptions{
		Sim: *sim, Source: refmis.Options{Seed: *seed, Facts: *facts}, Env: []string{"EGISSOGW_RULE_POLICY=" + demoPolicy},
	}
	if *save != "" {
		path, err := filepath.Abs(*save)
		if err != nil {
			return err
		}
		options.SimArg = append(options.SimArg, "--save", path)
	}
	bar := a.progress()
	narrowed := *a
	wide := bar.over(a.stdout)
	narrowed.stdout = newNarrow(wide)
	defer bar.busy("Демонстрация идёт")()
	p := &play{app: &narrowed, wide: wide, program: program, began: time.Now(), changes: *changes, seed: *seed}
	return p.perform(ctx, options, *keep)
}

// needSimulator looks for the simulator before anything is started or written.
func needSimulator(program string) error {
	_, err := exec.LookPath(program)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("нет программы имитатора СМЭВ %s: соберите её (make build) или укажите параметром --sim", program)
	}
	return fmt.Errorf("имитатор СМЭВ %s нельзя запустить: это не программа или на неё нет прав; другой указывают параметром --sim", program)
}

// perform plays the demo in a folder of its own and leaves nothing of it, running or on the
// disk. Only the logs of a failure stay.
func (p *play) perform(ctx context.Context, options stageOptions, keep bool) error {
	ctx, stop := demoSignals(ctx)
	defer stop()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	place, err := newDemoPlace(options.Source.Facts)
	if err != nil {
		return err
	}
	p.dir, options.Dir, options.Step = place.dir, place.dir, p.step
	go place.watch(ctx, end)
	err = place.explain(ctx, p.run(ctx, options))
	if err == nil && keep {
		p.invite(ctx)
		err = place.explain(ctx, context.Cause(ctx))
		if errors.Is(err, errInterrupted) {
			err = nil // what the invitation said
		}
	}
	if p.stage != nil {
		if closing := p.stage.close(err == nil); err == nil {
			err = closing
		}
	}
	if err != nil && !errors.Is(err, errInterrupted) && !errors.Is(err, errDiskFull) {
		fprintf(p.stderr, "Журналы программ остались в %s\n", place.dir)
		return err
	}
	return errors.Join(err, place.remove())
}

// demoSignals makes the end of the terminal or of whoever reads the output an end in good
// order too. Under nohup the terminal may go.
func demoSignals(ctx context.Context) (context.Context, context.CancelFunc) {
	signals := []os.Signal{syscall.SIGPIPE}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signal.NotifyContext(ctx, signals...)
}

// play is one run of the demo.
type play struct {
	*app
	wide         io.Writer // for commands to be copied, which are not broken into lines
	dir, program string
	began        time.Time
	changes      int
	seed         uint64
	stage        *stage
	manifest     refmis.Manifest
	lastProgress string
}

func (p *play) step(text string) {
	fprintf(p.stdout, "[%5.1f с] %s\n", time.Since(p.began).Seconds(), text)
}

func (p *play) run(ctx context.Context, o stageOptions) (err error) {
	if p.stage, p.manifest, err = newStage(ctx, o); err != nil {
		return err
	}
	if err := p.stage.store.SetService(ctx, true, "демонстрация"); err != nil {
		return err
	}
	p.step("шлюз: egissogw serve")
	if err := p.stage.startGateway(p.program); err != nil {
		return err
	}
	first, err := p.firstExport(ctx)
	if err != nil {
		return err
	}
	now, err := p.exportOfChanges(ctx, first)
	for _, part := range []func(context.Context, tally) (tally, error){p.lifeGoesOn, p.newClassifier, p.byHand} {
		if err != nil {
			return err
		}
		now, err = part(ctx, now)
	}
	if err != nil {
		return err
	}
	return p.finish(ctx)
}

// firstExport waits until every row of the source has its final status and
// compares the statuses with what was planted.
func (p *play) firstExport(ctx context.Context) (tally, error) {
	ctx, cancel := context.WithTimeout(ctx, demoTerm)
	defer cancel()
	rows := sourceRows(p.manifest)
	if _, err := p.stage.settled(ctx, func(st store.Status) bool { return settledRows(st) == rows }, p.progress); err != nil {
		return tally{}, err
	}
	p.step("у каждой записи окончательный статус")
	if err := p.showJournal(ctx); err != nil {
		return tally{}, err
	}
	counted, err := countRecords(ctx, p.stage.gatewayDB)
	if err != nil {
		return tally{}, err
	}
	return counted, p.summary("Итог первичной выгрузки", counted, expectFirst(p.manifest))
}

// exportOfChanges changes the source and waits for the events that must follow.
func (p *play) exportOfChanges(ctx context.Context, first tally) (tally, error) {
	ctx, cancel := context.WithTimeout(ctx, demoTerm)
	defer cancel()
	done, err := refmis.ApplyChanges(ctx, p.stage.source, p.seed, p.changes)
	if err != nil {
		return first, err
	}
	p.step(fmt.Sprintf("в МИС: изменено рецептов %d, отменено %d, удалено %d, добавлено %d, исправлено %d; изменено ЛМСЗ %d",
		done.Altered, done.Cancelled, done.Deleted, done.Added, done.Corrected, done.MeasureVersions))
	want := expectChanges(first, done)
	var got tally
	matches := func(st store.Status) bool {
		if st.Unfinished > 0 || st.Undecided > 0 {
			return false
		}
		if got, err = countRecords(ctx, p.stage.gatewayDB); err != nil {
			return true
		}
		return got.events == want.events && got.source == want.source
	}
	if _, waited := p.stage.settled(ctx, matches, p.progress); waited != nil || err != nil {
		return got, errors.Join(waited, err, p.summary("Итог выгрузки изменений", got, want))
	}
	p.step("все события приняты")
	return got, p.summary("Итог выгрузки изменений", got, want)
}

// await waits until nothing is on its way and the facts are as wanted, and says so.
func (p *play) await(ctx context.Context, text string, want tally) error {
	var got tally
	matches := func(st store.Status) bool {
		if st.Unfinished > 0 || st.Undecided > 0 || st.Unapplied > 0 {
			return false
		}
		var err error
		got, err = countRecords(ctx, p.stage.gatewayDB)
		return err == nil && got.source == want.source && got.accepted == want.accepted && got.blocked == want.blocked
	}
	if _, err := p.stage.settled(ctx, matches, nil); err != nil {
		return fmt.Errorf("ожидалось фактов %d, принято %d, задержано %d; есть %d, %d, %d: %w",
			want.source, want.accepted, want.blocked, got.source, got.accepted, got.blocked, err)
	}
	p.step(fmt.Sprintf("%s: фактов %d, принято %d, отклонено %d, требуют исправления %d", text, got.source, got.accepted, got.rejected, got.blocked))
	return nil
}

// finish compares the gateway's word with the simulator's ledger and reports
// what the run cost.
func (p *play) finish(ctx context.Context) error {
	ledger, err := readLedger(p.stage.ledgerFile())
	if err != nil {
		return err
	}
	accepted, err := countAccepted(ctx, p.stage.gatewayDB)
	if err != nil {
		return err
	}
	fprintf(p.stdout, "\nУчёт имитатора: фактов у ЕГИССО %d, версий ЛМСЗ %d, пришло повторно %d, отказов СМЭВ %d\n",
		ledger.facts, ledger.measures, ledger.twice, ledger.faults)
	if ledger.facts != accepted.facts || ledger.measures != accepted.measures || ledger.twice != 0 || ledger.faults != 0 {
		return fmt.Errorf("учёт имитатора расходится с базой шлюза: фактов %d, ЛМСЗ %d", accepted.facts, accepted.measures)
	}
	fprintf(p.stdout, "Время: %.1f с; наибольшая память serve: %.1f МиБ\n",
		time.Since(p.began).Seconds(), float64(p.stage.peakMemory())/(1<<20))
	return nil
}

// progress prints one line whenever the picture changed.
func (p *play) progress(st store.Status) {
	var accepted, rejected, blocked, total int
	for _, c := range st.Records {
		total += c.Count
		switch c.State {
		case "accepted", "accepted_with_warnings":
			accepted += c.Count
		case "rejected":
			rejected += c.Count
		case "blocked":
			blocked += c.Count
		}
	}
	line := fmt.Sprintf("прочитано %d, в пути %d, принято %d, отклонено %d, требуют исправления %d", total, st.Unfinished, accepted, rejected, blocked)
	if line != p.lastProgress {
		p.lastProgress = line
		p.step(line)
	}
}

// showJournal prints the journal and the details of one package.
func (p *play) showJournal(ctx context.Context) error {
	entries, err := p.stage.store.Journal(ctx, 50)
	if err != nil {
		return err
	}
	fprintln(p.stdout)
	if err := printJournal(p.stdout, entries); err != nil {
		return err
	}
	telling, codes := -1, 0 // the package whose details show most kinds of refusals
	var shown []store.JournalDetail
	for i, e := range entries {
		_, details, _, err := p.stage.store.JournalEntry(ctx, e.ID)
		if err != nil {
			return err
		}
		kinds := map[string]bool{}
		for _, d := range details {
			kinds[d.Code] = true
		}
		if len(kinds) > codes {
			telling, codes, shown = i, len(kinds), details
		}
	}
	if telling < 0 {
		return nil
	}
	fprintf(p.stdout, "\nПакет %s", entries[telling].ID)
	return printDetails(p.stdout, shown)
}

// invite says what can be tried while everything stays running, and waits.
func (p *play) invite(ctx context.Context) {
	script := filepath.Join(p.dir, "env")
	if err := p.stage.writeEnv(script); err != nil {
		fprintln(p.stderr, err)
	}
	fprintf(p.wide, `
Всё осталось работающим. Попробуйте:
  psql '%s' -c 'select * from egisso.journal order by created_at desc limit 5'
  psql '%[1]s' -c "select row_key, status, reason from egisso.record_status where state = 'blocked' limit 5"
  set -a; . %s; set +a
  %s status
  %[3]s signing off --reason 'проба'
  %[3]s signing on --reason 'проба'
Журналы программ: %[4]s
Остановить всё: Ctrl+C
`, p.stage.cluster.SocketURL("gateway"), shellWord(script), shellWord(p.program), p.dir)
	<-ctx.Done()
}
