package world

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/receiver"
)

// Bus is the simulator of the bus and of ЕГИССО, with a memory that survives a
// restart.
type Bus struct {
	*smevtest.Bus
	Options smevtest.Options
	soap    string // addresses that stay the same over restarts
	ftp     string
	closed  bool
}

// kmsz are answers of 10.02.I in which the measures of the reference МИС are
// valid; classifier_test.go writes them.
//
//go:embed kmsz/*.xml
var kmsz embed.FS

func classifier() (*receiver.Classifier, error) {
	var documents [][]byte
	for _, name := range []string{"010.xml", "022.xml", "023.xml"} {
		document, err := kmsz.ReadFile("kmsz/" + name)
		if err != nil {
			return nil, fmt.Errorf("read the classifier: %w", err)
		}
		documents = append(documents, document)
	}
	return receiver.ReadClassifier(documents...)
}

func startBus(ctx context.Context, dir string, k keys, change func(*smevtest.Options)) (*Bus, error) {
	signer, err := k.bus.Signer(nil)
	if err != nil {
		return nil, err
	}
	author, err := k.egisso.Signer(nil)
	if err != nil {
		return nil, err
	}
	known, err := classifier()
	if err != nil {
		return nil, err
	}
	b := &Bus{Options: smevtest.Options{
		Signer: signer, ReceiverSigner: author,
		Senders:        []smevtest.Sender{{Mnemonic: Mnemonic, Name: "Вымышленный поставщик", Certificate: k.client.Certificate}},
		Ledger:         filepath.Join(dir, "ledger.jsonl"),
		FTPDir:         filepath.Join(dir, "storage"),
		RedeliverAfter: time.Second,
		Script:         &smevtest.Script{},
		Receiver:       receiver.Options{Classifier: known, Keep: true},
	}}
	if change != nil {
		change(&b.Options)
	}
	return b, b.start(ctx)
}

func (b *Bus) start(ctx context.Context) (err error) {
	if b.Bus, err = smevtest.New(b.Options); err != nil {
		return err
	}
	if err := b.Bus.Start(ctx); err != nil {
		return err
	}
	b.closed = false
	b.ftp = b.Bus.FTPAddr()
	b.soap = strings.TrimPrefix(b.Bus.URL("1.3"), "http://")
	b.soap, _, _ = strings.Cut(b.soap, "/")
	b.Options.Listen, b.Options.FTPListen = b.soap, b.ftp
	return nil
}

// URL is the address of the service.
func (b *Bus) URL() string { return "http://" + b.soap + "/smev/v1.3/ws" }

// FTPAddr is the address of the file storage.
func (b *Bus) FTPAddr() string { return b.ftp }

// Down ends the bus as a crash would, if it runs; Up brings it back with all it
// remembers.
func (b *Bus) Down() error {
	if b.closed {
		return nil
	}
	b.closed = true
	return b.Bus.Close()
}

// Up starts the bus again at its old addresses, unless it runs. A moment may pass
// until they are free.
func (b *Bus) Up(ctx context.Context) error {
	if !b.closed {
		return nil
	}
	var problem error
	for range 50 {
		problem = b.start(ctx)
		var taken *net.OpError
		if problem == nil || !errors.As(problem, &taken) {
			return problem
		}
		if err := Pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return problem
}

func (b *Bus) close() error {
	if b.Bus == nil {
		return nil
	}
	return b.Down()
}

// Trouble adds a rule to the script of the bus.
func (b *Bus) Trouble(rules ...smevtest.Rule) error {
	for _, r := range rules {
		if err := b.Script().Add(r); err != nil {
			return err
		}
	}
	return nil
}

// Unacknowledged counts messages of the queues that nobody has acknowledged, and
// messages ЕГИССО has not processed.
func (b *Bus) Unacknowledged() int {
	answers, _ := b.Ledger().Unacked()
	return len(answers) + len(b.Ledger().Pending())
}
