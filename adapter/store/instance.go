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
	Started time.Time `json:"started_at"`
	Seen    time.Time `json:"seen_at"`       // set by the store
	Hash    string    `json:"settings_hash"` // set by the store: of all Settings
	// Settings are those that decide what is sent, by name, each a hash of its value.
	Settings map[string]string `json:"-" db:"-"`
}

// SaveInstance notes that this process runs. Its settings are those it first said.
func (s *Store) SaveInstance(ctx context.Context, i Instance) error {
	if _, err := s.pool.Exec(ctx, query("save_instance"), s.process, i.PID, i.Version, i.Started, i.Settings); err != nil {
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
