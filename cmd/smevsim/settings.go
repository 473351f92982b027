package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/cert"
	"egissogw/crypto/softkey"
)

// settings are the command line.
type settings struct {
	options   smevtest.Options
	version   string
	key, cert string
	makeKeys  string   // make keys there and exit
	keys      string   // use the keys there
	clients   []string // mnemonic=file
	script    string
	kmsz      []string
	replies   string
	rules     string
	verbose   bool
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
	f.StringVar(&s.makeKeys, "make-keys", "", "make test keys of the bus, ЕГИССО and a client in this folder and exit")
	f.StringVar(&s.keys, "keys", "", "folder of such keys to work with; missing ones are made, the client is "+clientMnemonic)
	f.Var(list{&s.clients}, "client-cert", "known sender as mnemonic=cert.pem; may be repeated")
	f.StringVar(&o.Ledger, "ledger", "", "file of the ledger (JSON lines), read at start and appended")
	f.StringVar(&o.Save, "save", "", "folder for every message and package, one file each")
	f.StringVar(&s.script, "script", "", "file with scripted trouble (JSON)")
	f.DurationVar(&o.Delay, "delay", 0, "how long ЕГИССО takes to answer")
	f.BoolVar(&o.Interim, "interim", false, "answer \"in progress\" before the final protocol")
	f.DurationVar(&o.RedeliverAfter, "redeliver-after", 15*time.Minute, "when an unacknowledged answer is delivered again")
	f.StringVar(&s.replies, "replies", "alternate", "form of replies: plain, multipart or alternate")
	f.StringVar(&s.rules, "rules", "", "severity of rules, such as 019=warn,026=off (error, warn, off)")
	f.Var(list{&s.kmsz}, "kmsz", "answer of 10.02.I with the КМСЗ or the periodicities; may be repeated")
	f.BoolVar(&s.verbose, "v", false, "log every package and fault")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return s, s.check(f.Args())
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
	switch s.replies {
	case "plain":
		s.options.Multipart = smevtest.Never
	case "multipart":
		s.options.Multipart = smevtest.Always
	case "alternate":
	default:
		errs = append(errs, fmt.Errorf("--replies: plain, multipart or alternate, not %q", s.replies))
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

// load reads the files the command line names.
func (s *settings) load() error {
	if s.keys != "" {
		if err := s.loadMadeKeys(); err != nil {
			return err
		}
	}
	if s.key != "" {
		signer, err := loadSigner(s.key, s.cert)
		if err != nil {
			return fmt.Errorf("key of the bus: %w", err)
		}
		s.options.Signer = signer
	}
	for _, c := range s.clients {
		mnemonic, file, _ := strings.Cut(c, "=")
		if err := s.addSender(mnemonic, file); err != nil {
			return err
		}
	}
	if s.script != "" {
		script, err := smevtest.ReadScript(s.script)
		if err != nil {
			return err
		}
		s.options.Script = script
	}
	var documents [][]byte
	for _, file := range s.kmsz {
		b, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read classifier: %w", err)
		}
		documents = append(documents, b)
	}
	if documents != nil {
		classifier, err := receiver.ReadClassifier(documents...)
		if err != nil {
			return err
		}
		s.options.Receiver.Classifier = classifier
	}
	return nil
}

// addSender registers the certificates of a file as one participant's.
func (s *settings) addSender(mnemonic, file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("certificate of %s: %w", mnemonic, err)
	}
	certs, err := cert.ParsePEM(b)
	if err != nil {
		return fmt.Errorf("certificate of %s: %w", mnemonic, err)
	}
	for _, c := range certs {
		s.options.Senders = append(s.options.Senders, smevtest.Sender{
			Mnemonic: mnemonic, Name: c.Subject.String(), Certificate: c,
		})
	}
	return nil
}

// Names of made keys and the mnemonic of the made client.
const (
	busKeys        = "bus"
	receiverKeys   = "egisso"
	clientKeys     = "client"
	clientMnemonic = "MIS01"
)

// makeAllKeys makes what is missing in the folder.
func makeAllKeys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	for name, organization := range map[string]string{
		busKeys: "Тестовая СМЭВ", receiverKeys: "Тестовая ЕГИССО", clientKeys: "Тестовый поставщик информации",
	} {
		if err := makeKeys(dir, name, organization); err != nil {
			return err
		}
	}
	return nil
}

// loadMadeKeys works with the keys of the folder.
func (s *settings) loadMadeKeys() error {
	if err := makeAllKeys(s.keys); err != nil {
		return err
	}
	for name, place := range map[string]*smevtest.Signer{
		busKeys: &s.options.Signer, receiverKeys: &s.options.ReceiverSigner,
	} {
		signer, err := loadSigner(keyFiles(s.keys, name))
		if err != nil {
			return fmt.Errorf("made key %s: %w", name, err)
		}
		*place = signer
	}
	_, certFile := keyFiles(s.keys, clientKeys)
	return s.addSender(clientMnemonic, certFile)
}

func keyFiles(dir, name string) (key, certificate string) {
	return filepath.Join(dir, name+".key.pem"), filepath.Join(dir, name+".cert.pem")
}

// makeKeys writes a key and its certificate unless they are there. The
// certificate is written last: with it the pair is complete.
func makeKeys(dir, name, organization string) error {
	keyFile, certFile := keyFiles(dir, name)
	if _, err := os.Stat(certFile); err == nil {
		return nil
	}
	id, err := smevtest.NewIdentity(organization, time.Now())
	if err != nil {
		return err
	}
	for _, f := range []struct {
		path string
		data []byte
		mode os.FileMode
	}{{keyFile, id.KeyPEM, 0o600}, {certFile, id.CertPEM, 0o644}} {
		if err := os.WriteFile(f.path, f.data, f.mode); err != nil {
			return fmt.Errorf("make keys: %w", err)
		}
	}
	return nil
}

func loadSigner(keyFile, certFile string) (*softkey.Signer, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	certificate, err := os.ReadFile(certFile)
	if err != nil {
		return nil, err
	}
	return softkey.Load(key, certificate, nil)
}
