package smevtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"egissogw/adapter/smev/smevtest/filestore"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/receiver"
)

// Bus is the simulator. Make it with New, run it with Start, end it with Close.
type Bus struct {
	options  Options
	versions map[string]*version // by namespace of types
	receiver *receiver.Receiver
	ledger   *ledger.Ledger
	ids      *idSource
	saver    *saver
	senders  map[string]Sender // by certificate

	listener net.Listener
	http     *http.Server
	served   chan struct{}
	files    *filestore.Server
	tempDir  string

	accepting sync.Mutex // duplicates are decided and recorded one at a time
	receiving sync.Mutex // packages come to the receiver one at a time
	pushing   sync.Mutex // so are names of pushed messages

	mu      sync.Mutex
	queue   []*queued
	work    []ledger.Acceptance
	busy    bool
	paused  bool
	stopped bool
	started time.Time // by the bus's clock
	outage  Outage
	renamed string            // mnemonic of ЕГИССО, if it was changed
	calls   map[string]usages // by mnemonic
	stored  map[string]usages
	changed chan struct{} // closed and replaced at every change

	handlers sync.WaitGroup
	worker   chan struct{} // closed when the worker has ended
	cancel   context.CancelFunc
	replies  atomic.Int64
	included atomic.Int64
	acks     atomic.Int64
	faults   atomic.Int64
	pushes   atomic.Int64
	uploads  atomic.Int64
}

// New prepares a bus: reads the ledger and restores queues and registers from
// it. Nothing listens before Start.
func New(options Options) (*Bus, error) {
	if options.Signer == nil {
		return nil, errors.New("simulator: no signer for the bus")
	}
	b := &Bus{
		options:  options.withDefaults(),
		versions: map[string]*version{},
		senders:  map[string]Sender{},
		ids:      newIDSource(),
		calls:    map[string]usages{},
		stored:   map[string]usages{},
		changed:  make(chan struct{}),
	}
	for _, number := range versionNumbers {
		v, err := newVersion(number)
		if err != nil {
			return nil, fmt.Errorf("simulator: %w", err)
		}
		b.versions[v.types] = v
	}
	for _, s := range options.Senders {
		b.senders[string(s.Certificate.Raw)] = s
	}
	var err error
	if b.receiver, err = receiver.New(b.options.Receiver); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	if b.saver, err = newSaver(b.options.Save); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	if b.ledger, err = ledger.Open(b.options.Ledger, b.receiver.Restore); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	answers, deliveries := b.ledger.Unacked()
	for i, a := range answers {
		b.queue = append(b.queue, &queued{Answer: a, deliveries: deliveries[i]})
	}
	b.work = b.ledger.Pending()
	for _, a := range b.ledger.Stored() {
		b.use(a.Sender, a.At, a.Stored)
	}
	return b, nil
}

// Start opens the ports and begins to work. The context ends nothing but the
// start itself; call Close.
func (b *Bus) Start(ctx context.Context) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", b.options.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("listen for SOAP: %w", err), b.ledger.Close())
	}
	b.listener = listener
	dir := b.options.FTPDir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "smevsim-ftp-"); err == nil {
			b.tempDir = dir
		}
	} else {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		b.files, err = filestore.Start(b.options.FTPListen, dir, filestore.Options{
			Trouble: b.fileTrouble, Done: b.transferred,
			Logins: b.options.Logins, Subfolder: b.options.Subfolder,
			NoEPSV: b.options.NoEPSV, NoSIZE: b.options.NoSIZE, Now: b.options.Now,
		})
	}
	if err != nil {
		return errors.Join(fmt.Errorf("start file storage: %w", err), listener.Close(), b.ledger.Close())
	}
	b.started = b.options.Now()
	for _, p := range b.options.Script.pushes {
		if _, err := b.Push(ctx, p); err != nil {
			return errors.Join(err, b.files.Close(), listener.Close(), b.ledger.Close())
		}
	}
	mux := http.NewServeMux()
	for _, v := range b.versions {
		mux.Handle("POST "+v.path(), b.handler(v))
	}
	b.byHand(mux)
	b.http = &http.Server{Handler: mux, ReadHeaderTimeout: 30 * time.Second}
	b.served = make(chan struct{})
	go func() {
		defer close(b.served)
		_ = b.http.Serve(listener) // ends at Close
	}()
	// The work outlives the call that starts it: it is ended by Close.
	workCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b.cancel = cancel
	b.worker = make(chan struct{})
	go func() {
		defer close(b.worker)
		b.process(workCtx)
	}()
	return nil
}

// Close stops everything and waits until nothing runs any more. Replies being
// made are cut off, as by a crash; the ledger is complete.
func (b *Bus) Close() error {
	b.mu.Lock()
	b.stopped = true
	b.notify()
	b.mu.Unlock()
	var err error
	if b.cancel != nil {
		b.cancel()
		err = errors.Join(b.http.Close(), b.files.Close())
		<-b.served
		b.handlers.Wait()
		<-b.worker
	}
	err = errors.Join(err, b.ledger.Close())
	if b.tempDir != "" {
		err = errors.Join(err, os.RemoveAll(b.tempDir))
	}
	return err
}

// URL is the SOAP endpoint of a schema version ("1.1", "1.2" or "1.3").
func (b *Bus) URL(number string) string {
	v := &version{number: number}
	return "http://" + b.listener.Addr().String() + v.path()
}

// FTPAddr is the address of the file storage.
func (b *Bus) FTPAddr() string { return b.files.Addr() }

// Ledger tells what arrived and what came of it.
func (b *Bus) Ledger() *ledger.Ledger { return b.ledger }

// Script is the trouble the bus makes; it may be changed at any time.
func (b *Bus) Script() *Script { return b.options.Script }

// enter counts a call being answered; it fails once the bus is closing.
func (b *Bus) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return false
	}
	b.handlers.Add(1)
	return true
}

// notify wakes everybody who waits for a change; b.mu is held.
func (b *Bus) notify() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// WaitIdle waits until every accepted message has been processed.
func (b *Bus) WaitIdle(ctx context.Context) error {
	return b.waitUntil(ctx, func() bool { return len(b.work) == 0 && !b.busy })
}

// waitUntil waits for a condition, which is asked with b.mu held.
func (b *Bus) waitUntil(ctx context.Context, condition func() bool) error {
	for {
		b.mu.Lock()
		done, changed := condition(), b.changed
		b.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for the simulator: %w", context.Cause(ctx))
		}
	}
}

// Pause keeps ЕГИССО from taking messages until Resume: they wait in the bus.
func (b *Bus) Pause() { b.setPaused(true) }

// Resume ends a Pause.
func (b *Bus) Resume() { b.setPaused(false) }

func (b *Bus) setPaused(paused bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.paused = paused
	b.notify()
}

// varied decides between two legal forms.
func varied(v Variation, counter *atomic.Int64) bool {
	switch v {
	case Always:
		return true
	case Never:
		return false
	}
	return counter.Add(1)%2 == 0
}
