// Package demo plays the whole way of a record on one machine (egissogw demo): a private
// PostgreSQL, the reference МИС, the simulator of the bus and the gateway as processes. The
// tests that kill processes stand on the same stage.
package demo

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
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
)

// demoTerm is how long one half of the demo may take.
const demoTerm = 5 * time.Minute

// demoPolicy lets facts of a wrong form out, so that ЕГИССО's own refusal can be
// seen beside the gateway's checks, and holds facts whose measure КМСЗ does not
// allow any more.
const demoPolicy = "026=warn,L-KMSZ=block"

// Options say what is played, with what, and where it is told.
type Options struct {
	Program, Simulator string // paths of egissogw and smevsim
	Save               string // folder for what the simulator is sent, "" for none
	Facts, Changes     int    // prescriptions in the МИС, and how many of them change
	Seed               uint64
	Keep               bool // what was started stays until the context ends
	// Wide is standard output for commands to be copied, which are not broken into lines.
	Stdout, Wide, Stderr io.Writer
	// Parts of the output are what commands print.
	Journal func(io.Writer, []store.JournalEntry) error
	Details func(io.Writer, []store.JournalDetail) error
	Invalid func(io.Writer, store.ClassifierOverview)
}

// Play plays the demo. After an interrupt nothing of it runs or is on the disk.
func Play(ctx context.Context, o Options) error {
	if err := needSimulator(o.Simulator); err != nil {
		return err
	}
	set := StageOptions{
		Sim: o.Simulator, Source: refmis.Options{Seed: o.Seed, Facts: o.Facts}, Env: []string{"EGISSOGW_RULE_POLICY=" + demoPolicy},
	}
	if o.Save != "" {
		set.SimArg = append(set.SimArg, "--save", o.Save)
	}
	p := &play{Options: o, began: time.Now()}
	return p.perform(ctx, set)
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
func (p *play) perform(ctx context.Context, options StageOptions) error {
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
	if err == nil && p.Keep {
		p.invite(ctx)
		err = place.explain(ctx, context.Cause(ctx))
		if errors.Is(err, fault.ErrInterrupted) {
			err = nil // what the invitation said
		}
	}
	if p.stage != nil {
		if closing := p.stage.Close(err == nil); err == nil {
			err = closing
		}
	}
	if err != nil && !errors.Is(err, fault.ErrInterrupted) && !errors.Is(err, errDiskFull) {
		screen.Fprintf(p.Stderr, "Журналы программ остались в %s\n", place.dir)
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
	Options
	dir          string
	began        time.Time
	stage        *Stage
	manifest     refmis.Manifest
	lastProgress string
}

func (p *play) step(text string) {
	screen.Fprintf(p.Stdout, "[%5.1f с] %s\n", time.Since(p.began).Seconds(), text)
}

func (p *play) run(ctx context.Context, o StageOptions) (err error) {
	if p.stage, p.manifest, err = NewStage(ctx, o); err != nil {
		return err
	}
	if err := p.stage.Store.SetService(ctx, true, "демонстрация"); err != nil {
		return err
	}
	p.step("шлюз: egissogw serve")
	if err := p.stage.StartGateway(p.Program); err != nil {
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
	rows := SourceRows(p.manifest)
	if _, err := p.stage.Settled(ctx, func(st store.Status) bool { return SettledRows(st) == rows }, p.progress); err != nil {
		return tally{}, err
	}
	p.step("у каждой записи окончательный статус")
	if err := p.showJournal(ctx); err != nil {
		return tally{}, err
	}
	counted, err := countRecords(ctx, p.stage.GatewayDB)
	if err != nil {
		return tally{}, err
	}
	return counted, p.summary("Итог первичной выгрузки", counted, expectFirst(p.manifest))
}

// exportOfChanges changes the source and waits for the events that must follow.
func (p *play) exportOfChanges(ctx context.Context, first tally) (tally, error) {
	ctx, cancel := context.WithTimeout(ctx, demoTerm)
	defer cancel()
	done, err := refmis.ApplyChanges(ctx, p.stage.Source, p.Seed, p.Changes)
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
		if got, err = countRecords(ctx, p.stage.GatewayDB); err != nil {
			return true
		}
		return got.events == want.events && got.source == want.source
	}
	if _, waited := p.stage.Settled(ctx, matches, p.progress); waited != nil || err != nil {
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
		got, err = countRecords(ctx, p.stage.GatewayDB)
		return err == nil && got.source == want.source && got.accepted == want.accepted && got.blocked == want.blocked
	}
	if _, err := p.stage.Settled(ctx, matches, nil); err != nil {
		return fmt.Errorf("ожидалось фактов %d, принято %d, задержано %d; есть %d, %d, %d: %w",
			want.source, want.accepted, want.blocked, got.source, got.accepted, got.blocked, err)
	}
	p.step(fmt.Sprintf("%s: фактов %d, принято %d, отклонено %d, требуют исправления %d", text, got.source, got.accepted, got.rejected, got.blocked))
	return nil
}

// finish compares the gateway's word with the simulator's ledger and reports
// what the run cost.
func (p *play) finish(ctx context.Context) error {
	ledger, err := readLedger(p.stage.LedgerFile())
	if err != nil {
		return err
	}
	accepted, err := countAccepted(ctx, p.stage.GatewayDB)
	if err != nil {
		return err
	}
	screen.Fprintf(p.Stdout, "\nУчёт имитатора: фактов у ЕГИССО %d, версий ЛМСЗ %d, пришло повторно %d, отказов СМЭВ %d\n",
		ledger.facts, ledger.measures, ledger.twice, ledger.faults)
	if ledger.facts != accepted.facts || ledger.measures != accepted.measures || ledger.twice != 0 || ledger.faults != 0 {
		return fmt.Errorf("учёт имитатора расходится с базой шлюза: фактов %d, ЛМСЗ %d", accepted.facts, accepted.measures)
	}
	screen.Fprintf(p.Stdout, "Время: %.1f с; наибольшая память serve: %.1f МиБ\n",
		time.Since(p.began).Seconds(), float64(p.stage.PeakMemory())/(1<<20))
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
	entries, err := p.stage.Store.Journal(ctx, 50)
	if err != nil {
		return err
	}
	screen.Fprintln(p.Stdout)
	if err := p.Journal(p.Stdout, entries); err != nil {
		return err
	}
	telling, codes := -1, 0 // the package whose details show most kinds of refusals
	var shown []store.JournalDetail
	for i, e := range entries {
		_, details, _, err := p.stage.Store.JournalEntry(ctx, e.ID)
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
	screen.Fprintf(p.Stdout, "\nПакет %s", entries[telling].ID)
	return p.Details(p.Stdout, shown)
}

// invite says what can be tried while everything stays running, and waits.
func (p *play) invite(ctx context.Context) {
	script := filepath.Join(p.dir, "env")
	if err := p.stage.writeEnv(script); err != nil {
		screen.Fprintln(p.Stderr, err)
	}
	screen.Fprintf(p.Wide, `
Всё осталось работающим. Попробуйте:
  psql '%s' -c 'select * from egisso.journal order by created_at desc limit 5'
  psql '%[1]s' -c "select row_key, status, reason from egisso.record_status where state = 'blocked' limit 5"
  set -a; . %s; set +a
  %s status
  %[3]s signing off --reason 'проба'
  %[3]s signing on --reason 'проба'
Журналы программ: %[4]s
Остановить всё: Ctrl+C
`, p.stage.cluster.SocketURL("gateway"), shellWord(script), shellWord(p.Program), p.dir)
	<-ctx.Done()
}
