package store

import (
	"context"
	"fmt"
	"time"
)

// Instance is a gateway that runs.
type Instance struct {
	PID     int       `json:"pid"` // on its machine
	Version string    `json:"version"`
	Started time.Time `json:"started_at"`    // set by the store, by whose clock it is compared
	Seen    time.Time `json:"seen_at"`       // set by the store
	Hash    string    `json:"settings_hash"` // set by the store: of all Settings
	// Settings are those that decide what is sent, by name, each a hash of its value.
	Settings map[string]string `json:"-" db:"-"`
	Jobs     []string          `json:"-" db:"-"` // it runs, by their names
	// Certificate is the fingerprint of the one it signs with, as SaveCertificate takes it.
	Certificate []byte `json:"-" db:"-"`
}

// SaveInstance notes that this process runs. Its settings are those it first said.
func (s *Store) SaveInstance(ctx context.Context, i Instance) error {
	if i.Jobs == nil {
		i.Jobs = []string{}
	}
	if _, err := s.pool.Exec(ctx, query("save_instance"), s.process, i.PID, i.Version, i.Settings, i.Jobs, i.Certificate); err != nil {
		return fmt.Errorf("note that this gateway runs: %w", err)
	}
	return nil
}

// OutdateInstance notes that this process has stopped because of ErrSchemaMoved.
func (s *Store) OutdateInstance(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, query("outdated_instance"), s.process); err != nil {
		return fmt.Errorf("note that this gateway is outdated: %w", err)
	}
	return nil
}

// EndInstance notes that this process has stopped.
func (s *Store) EndInstance(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, query("end_instance"), s.process); err != nil {
		return fmt.Errorf("note that this gateway stopped: %w", err)
	}
	return nil
}

// FailedStart is a gateway that did not start.
type FailedStart struct {
	Machine string // tells machines apart
	Version string // of the program
	Problem string // Russian, as it was said on standard error
	Lasting bool   // the next start would meet it again
}

// NoteFailedStart keeps why a gateway did not start, for those who ask this database.
func (s *Store) NoteFailedStart(ctx context.Context, f FailedStart) error {
	if _, err := s.pool.Exec(ctx, query("failed_start"), f.Machine, f.Version, f.Problem, f.Lasting); err != nil {
		return fmt.Errorf("note that the gateway did not start: %w", err)
	}
	return nil
}

// NoteStart forgets that the gateway of a machine did not start.
func (s *Store) NoteStart(ctx context.Context, machine string) error {
	if _, err := s.pool.Exec(ctx, query("started"), machine); err != nil {
		return fmt.Errorf("note that the gateway started: %w", err)
	}
	return nil
}
