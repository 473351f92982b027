package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/receiver"
)

// settings are the command line.
type settings struct {
	options   smevtest.Options
	version   string
	key, cert string
	// somebody else who signs as the bus where a rule says so
	impostorKey, impostorCert string

	makeKeys string   // make keys there and exit
	keys     string   // use the keys there
	clients  []string // mnemonic=file
	script   string
	kmsz     []string
	replies  string
	parts    string
	rate     string
	ahead    time.Duration
	chaos    float64
	seed     uint64
	rules    string
	verbose  bool
}

// list collects a flag given several times.
type list struct{ values *[]string }

func (l list) String() string     { return "" }
func (l list) Set(s string) error { *l.values = append(*l.values, s); return nil }

func parse(args []string, stderr io.Writer) (*settings, error) {
	s := &settings{}
	f := flag.NewFlagSet("smevsim", flag.ContinueOnError)
	f.SetOutput(stderr)
	o := &s.options
	f.StringVar(&o.Listen, "listen", "127.0.0.1:0", "address of the SOAP endpoints")
	f.StringVar(&o.FTPListen, "ftp-listen", "127.0.0.1:0", "address of the file storage")
	f.StringVar(&o.FTPDir, "ftp-dir", "", "folder of the file storage; a temporary one if not given")
	f.StringVar(&s.version, "version", "1.3", "schema version whose URL is announced; 1.1, 1.2 and 1.3 are all served")
	f.StringVar(&s.key, "key", "", "private key of the bus (PEM)")
	f.StringVar(&s.cert, "cert", "", "certificate of the bus (PEM)")
	f.StringVar(&s.impostorKey, "impostor-key", "", "private key (PEM) of who signs as the bus where the script says so")
	f.StringVar(&s.impostorCert, "impostor-cert", "", "its certificate (PEM)")
	f.StringVar(&s.makeKeys, "make-keys", "", "make test keys of the bus, ЕГИССО, a client and an impostor of the bus under the same root in this folder and exit")
	f.StringVar(&s.keys, "keys", "", "folder of such keys to work with; missing ones are made, the client is "+clientMnemonic)
	f.Var(list{&s.clients}, "client-cert", "known sender as mnemonic=cert.pem; may be repeated")
	f.StringVar(&o.Ledger, "ledger", "", "file of the ledger (JSON lines), read at start and appended")
	f.StringVar(&o.Save, "save", "", "folder for every message and package, one file each")
	f.StringVar(&s.script, "script", "", "file with scripted trouble, messages to push and times out of order (JSON)")
	f.Float64Var(&s.chaos, "chaos", 0, "share of all calls that meet trouble at random, such as 0.2")
	f.Uint64Var(&s.seed, "seed", 1, "what decides the trouble at random; the same seed makes the same trouble")
	f.StringVar(&s.rules, "rules", "", "severity of rules, such as 019=warn,026=off (error, warn, off)")
	f.Var(list{&s.kmsz}, "kmsz", "answer of 10.02.I with the КМСЗ, the periodicities or the units: what it checks measures by and answers requests with; may be repeated")
	f.BoolVar(&s.verbose, "v", false, "log every package and fault")
	s.defineForms(f)
	s.defineLimits(f)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return s, s.check(f.Args())
}

// defineForms defines the flags of what replies and answers look like.
func (s *settings) defineForms(f *flag.FlagSet) {
	o := &s.options
	f.DurationVar(&o.Delay, "delay", 0, "how long ЕГИССО takes to answer")
	f.BoolVar(&o.Interim, "interim", false, "answer \"in progress\" before the final protocol")
	f.StringVar((*string)(&o.Answers), "answers", "inline", "how protocols of facts come: inline, file or attachment")
	f.StringVar((*string)(&o.Statuses), "statuses", "GetResponse", "how the bus's own statuses come: GetResponse, GetStatus or both")
	f.StringVar(&s.replies, "replies", "alternate", "form of replies: plain, multipart or alternate")
	f.StringVar(&s.parts, "parts", "alternate", "binary values of multipart replies as parts (XOP): never, always or alternate")
	f.BoolVar(&o.Subfolder, "subfolder", false, "files of answers are found only with CWD uuid")
	f.BoolVar(&o.Logins.Keep, "keep-logins", false, "a login for a file stays good after the file was fetched")
	f.DurationVar(&o.Logins.Term, "login-term", 0, "how long a login for a file is good; 0 = no term")
	f.BoolVar(&o.LoginsEndAtAck, "logins-end-at-ack", false, "an acknowledgement ends the logins of the message's files")
}

// defineLimits defines the flags of queues, quotas and clocks.
func (s *settings) defineLimits(f *flag.FlagSet) {
	o := &s.options
	f.DurationVar(&o.RedeliverAfter, "redeliver-after", 15*time.Minute, "when an unacknowledged answer is delivered again")
	f.IntVar(&o.RedeliverLimit, "redeliver-limit", 0, "how often an answer is delivered at most; 0 = no limit")
	f.BoolVar(&o.Blocking, "blocking", false, "an unacknowledged answer holds back those behind it")
	f.Int64Var(&o.AttachmentsLimit, "attachments-limit", 5<<20, "bytes of attachments inside one message")
	f.Int64Var(&o.Quota, "quota", 0, "bytes of files each sender may have in the bus; 0 = no quota")
	f.DurationVar(&o.QuotaHold, "quota-hold", 24*time.Hour, "how long a file counts against the quota")
	f.IntVar(&o.QueueLimit, "queue-limit", 0, "messages a recipient may be behind; 0 = no limit")
	f.StringVar(&s.rate, "rate", "", "calls let through, such as 100/1m or 100/1m=SMEVFailure; others get HTTP 503 or that fault")
	f.DurationVar(&o.MessageIDAge, "message-id-age", 48*time.Hour, "older identifiers are stale")
	f.DurationVar(&o.TimestampMargin, "timestamp-margin", 10*time.Minute, "how far Timestamp of a call may be from now")
	f.DurationVar(&s.ahead, "clock-ahead", 0, "how much the clock of the bus is ahead of this machine's")
}

// check reports everything wrong with the command line at once.
func (s *settings) check(rest []string) error {
	var errs []error
	if len(rest) > 0 {
		errs = append(errs, fmt.Errorf("unexpected argument %q", rest[0]))
	}
	if s.makeKeys == "" && s.keys == "" && (s.key == "" || s.cert == "") {
		errs = append(errs, errors.New("give --key and --cert of the bus, or --keys, or --make-keys"))
	}
	if !slices.Contains([]string{"1.1", "1.2", "1.3"}, s.version) {
		errs = append(errs, fmt.Errorf("--version: no schema version %q", s.version))
	}
	errs = append(errs,
		choose(&s.options.Multipart, "replies", s.replies, "plain", "multipart"),
		choose(&s.options.XOP, "parts", s.parts, "never", "always"),
		oneOf("answers", string(s.options.Answers), "inline", "file", "attachment"),
		oneOf("statuses", string(s.options.Statuses), "GetResponse", "GetStatus", "both"),
		s.checkRate())
	if s.chaos < 0 || s.chaos > 1 {
		errs = append(errs, errors.New("--chaos: a share between 0 and 1"))
	}
	for _, c := range s.clients {
		if mnemonic, file, ok := strings.Cut(c, "="); !ok || mnemonic == "" || file == "" {
			errs = append(errs, fmt.Errorf("--client-cert: mnemonic=file, not %q", c))
		}
	}
	s.options.Receiver.Rules = map[string]receiver.Severity{}
	for rule := range strings.SplitSeq(s.rules, ",") {
		if rule == "" {
			continue
		}
		code, word, _ := strings.Cut(rule, "=")
		severity, ok := map[string]receiver.Severity{"error": receiver.Error, "warn": receiver.Warning, "off": receiver.Off}[word]
		if !ok {
			errs = append(errs, fmt.Errorf("--rules: CODE=error, warn or off, not %q", rule))
		}
		s.options.Receiver.Rules[code] = severity
	}
	return errors.Join(errs...)
}

// choose reads one of two forms, or their alternation.
func choose(v *smevtest.Variation, name, value, never, always string) error {
	switch value {
	case never:
		*v = smevtest.Never
	case always:
		*v = smevtest.Always
	case "alternate":
		*v = smevtest.Alternate
	default:
		return oneOf(name, value, never, always, "alternate")
	}
	return nil
}

func oneOf(name, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("--%s: one of %s, not %q", name, strings.Join(allowed, ", "), value)
}

// checkRate reads --rate: CALLS/DURATION[=FAULT].
func (s *settings) checkRate() error {
	if s.rate == "" {
		return nil
	}
	limit, fault, _ := strings.Cut(s.rate, "=")
	calls, per, _ := strings.Cut(limit, "/")
	n, err := strconv.Atoi(calls)
	window, durationErr := time.ParseDuration(per)
	if err != nil || durationErr != nil || n <= 0 || window <= 0 || fault != "" && !slices.Contains(smevtest.FaultNames(), fault) {
		return fmt.Errorf("--rate: calls/duration or calls/duration=fault, not %q", s.rate)
	}
	s.options.Rate = smevtest.Rate{Calls: n, Per: window, Fault: fault}
	return nil
}
