package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgcluster"
	"egissogw/cmd/egissogw/internal/private"
)

// Stage is everything the gateway needs, on this machine: a private PostgreSQL
// with the reference МИС and the gateway's database, the simulator of the bus
// and of ЕГИССО as a process, test-only keys, and the gateway itself as a
// process. The demo plays on it, and so do the crash tests.
type Stage struct {
	Dir       string
	databases Databases
	cluster   *pgcluster.Cluster // the private server; nil if the databases are on another
	Store     *store.Store
	Source    *pgx.Conn // the МИС
	GatewayDB *pgx.Conn // the gateway's database, as another system sees it
	simulator *process
	Gateway   *process
	Env       []string // configuration of the gateway

	peak         int64  // memory of gateways that ended, in bytes
	simulatorURL string // without a path
	misMeasures  []egisso.LocalMeasure
}

// StageOptions say what stands on the stage.
type StageOptions struct {
	Dir    string            // empty folder; everything is written there
	Sim    string            // program of the simulator
	SimArg []string          // further arguments of the simulator
	Source refmis.Options    // what the МИС holds
	Env    []string          // further variables of the gateway
	Step   func(text string) // told what is being done
	// Databases have their schemas already, on a server that runs; without them a private server
	// is started.
	Databases Databases
}

const (
	ProviderCode = "0042.000001" // code of the invented provider
	Mnemonic     = "TEST01"      // its system's name at the bus
)

func NewStage(ctx context.Context, o StageOptions) (s *Stage, manifest refmis.Manifest, err error) {
	s = &Stage{Dir: o.Dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close(false))
			s = nil
		}
	}()
	if s.databases = o.Databases; s.databases == (Databases{}) {
		o.Step("запуск частного сервера PostgreSQL")
		if err := s.startServer(ctx); err != nil {
			return s, manifest, err
		}
	}
	o.Step(fmt.Sprintf("учебная МИС: льготные рецепты, %d", o.Source.Facts))
	if manifest, err = s.fillSource(ctx, o.Source); err != nil {
		return s, manifest, err
	}
	o.Step("схема egisso в базе шлюза")
	if err := s.openGatewayDatabase(ctx); err != nil {
		return s, manifest, err
	}
	o.Step("имитатор СМЭВ и ЕГИССО, тестовые ключи")
	return s, manifest, s.startSimulator(ctx, o)
}

// startSimulator makes test-only keys and starts the simulator, and writes down
// the configuration of a gateway that talks to it.
func (s *Stage) startSimulator(ctx context.Context, o StageOptions) error {
	keys := filepath.Join(s.Dir, "keys")
	if out, err := exec.CommandContext(ctx, o.Sim, "--make-keys", keys).CombinedOutput(); err != nil {
		said := strings.TrimRight("\n"+string(out), "\n")
		return fmt.Errorf("имитатор СМЭВ %s не сделал тестовых ключей: %w%s", o.Sim, err, said)
	}
	classifier, err := s.writeClassifier(ctx)
	if err != nil {
		return err
	}
	args := slices.Concat([]string{
		"--listen", "127.0.0.1:0", "--ftp-listen", "127.0.0.1:0", "--ftp-dir", filepath.Join(s.Dir, "ftp"),
		"--key", filepath.Join(keys, "bus.key.pem"), "--cert", filepath.Join(keys, "bus.cert.pem"),
		"--client-cert", Mnemonic + "=" + filepath.Join(keys, "client.cert.pem"),
		"--ledger", s.LedgerFile(),
	}, classifier, o.SimArg)
	if s.simulator, err = startProcess(o.Sim, args, os.Environ(), filepath.Join(s.Dir, "smevsim.log")); err != nil {
		return err
	}
	addresses, err := s.simulator.ready(ctx)
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	s.simulatorURL, _, _ = strings.Cut(addresses["soap"], "/smev/")
	s.Env = append(os.Environ(),
		"EGISSOGW_DATABASE_URL="+s.databases.Gateway,
		"EGISSOGW_SOURCE_DATABASE_URL="+s.databases.MIS,
		"EGISSOGW_PROVIDER_CODE="+ProviderCode,
		"EGISSOGW_SMEV_URL="+addresses["soap"],
		"EGISSOGW_SMEV_CERTIFICATES="+filepath.Join(keys, "bus.cert.pem"),
		"EGISSOGW_SMEV_SENDERS=EGISSO",
		"EGISSOGW_FTP_ADDRESS="+addresses["ftp"],
		"EGISSOGW_SIGNER=softkey",
		"EGISSOGW_SOFTKEY_KEY_FILE="+filepath.Join(keys, "client.key.pem"),
		"EGISSOGW_SOFTKEY_CERTIFICATE_FILE="+filepath.Join(keys, "client.cert.pem"),
		"EGISSOGW_SCHEDULE_COLLECT=@every 1s",
		"EGISSOGW_SCHEDULE_FORM=@every 1s",
		"EGISSOGW_SCHEDULE_SEND=@every 1s",
		"EGISSOGW_SCHEDULE_RECEIVE=@every 1s",
		"EGISSOGW_SCHEDULE_LISTEN=@every 1s",
		"EGISSOGW_RETRY_MIN=200ms", "EGISSOGW_SETTLE=0s", "EGISSOGW_KMSZ_WAIT=0s", "EGISSOGW_GUARD_WINDOW=0s",
		"EGISSOGW_RETRY_MAX=2s",
	)
	s.Env = append(s.Env, o.Env...)
	return nil
}

func (s *Stage) LedgerFile() string { return filepath.Join(s.Dir, "ledger.jsonl") }

// StartGateway starts the program at path as `serve`.
func (s *Stage) StartGateway(path string) (err error) {
	s.Gateway, err = startProcess(path, []string{"serve"}, s.Env, filepath.Join(s.Dir, "egissogw.log"))
	return err
}

// stopGateway ends the gateway in good order.
func (s *Stage) stopGateway() error {
	p := s.Gateway
	s.Gateway = nil
	err := p.Stop()
	s.peak = max(s.peak, p.peakMemory())
	return err
}

// PeakMemory is the peak resident memory of every gateway so far, in bytes.
func (s *Stage) PeakMemory() int64 {
	if s.Gateway == nil {
		return s.peak
	}
	return max(s.peak, s.Gateway.peakMemory())
}

// Close stops everything: in good order, or at once where nothing of it matters any more.
func (s *Stage) Close(orderly bool) error {
	var problems []error
	if !orderly {
		for _, p := range []*process{s.Gateway, s.simulator} {
			if p != nil {
				p.Kill()
			}
		}
		if s.cluster != nil {
			problems = append(problems, s.cluster.Crash())
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTerm)
	defer cancel()
	for _, conn := range []*pgx.Conn{s.Source, s.GatewayDB} {
		if conn == nil {
			continue
		}
		if err := conn.Close(ctx); orderly {
			problems = append(problems, err)
		}
	}
	if s.Store != nil {
		s.Store.Close()
	}
	for _, p := range []*process{s.Gateway, s.simulator} {
		if p != nil && orderly {
			problems = append(problems, p.Stop())
		}
	}
	if s.cluster != nil {
		problems = append(problems, s.cluster.Stop())
	}
	return errors.Join(problems...)
}

// closeTerm is how long a connection may take to end.
const closeTerm = 5 * time.Second

// Until waits for a condition of the gateway's database.
func (s *Stage) Until(ctx context.Context, condition func(context.Context) (bool, error)) error {
	var failed error
	_, err := s.Settled(ctx, func(store.Status) bool {
		var done bool
		done, failed = condition(ctx)
		return done || failed != nil
	}, nil)
	return errors.Join(failed, err)
}

// Settled waits until every row of the source has a final status or waits for a
// correction, and nothing is on its way any more.
func (s *Stage) Settled(ctx context.Context, want func(store.Status) bool, progress func(store.Status)) (store.Status, error) {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		st, err := s.Store.Status(ctx)
		if err != nil {
			return st, err
		}
		if progress != nil {
			progress(st)
		}
		if want(st) {
			return st, nil
		}
		if s.Gateway != nil && !s.Gateway.Alive() {
			return st, fmt.Errorf("the gateway ended: %v (see egissogw.log)", s.Gateway.err)
		}
		if !s.simulator.Alive() {
			return st, fmt.Errorf("the simulator ended: %v (see smevsim.log)", s.simulator.err)
		}
		select {
		case <-ctx.Done():
			return st, fmt.Errorf("not settled in time: %d rows undecided, %d records unfinished: %w", st.Undecided, st.Unfinished, ctx.Err())
		case <-ticker.C:
		}
	}
}

// writeEnv writes the configuration of the gateway for a shell.
func (s *Stage) writeEnv(path string) error {
	var b strings.Builder
	for _, entry := range s.Env {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "EGISSOGW_") {
			fmt.Fprintf(&b, "%s=%s\n", name, shellQuoted(value))
		}
	}
	if err := private.Write(path, true, private.Bytes([]byte(b.String()))); err != nil {
		return fmt.Errorf("write the configuration for a shell: %w", err)
	}
	return nil
}

// plainWord needs no quotes.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)

// shellWord is a text as a person would write it for a shell.
func shellWord(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return shellQuoted(text)
}

// shellQuoted is a word for a shell, whatever is in it.
func shellQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
