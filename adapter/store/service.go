package store

import (
	"context"
	"fmt"
	"time"
)

// Service is the state of the signing and sending service.
type Service struct {
	Enabled   bool      `json:"enabled"`
	ChangedAt time.Time `json:"changed_at"`
	ChangedBy string    `json:"changed_by"`
	Reason    string    `json:"reason"`
	// Lost: the database lacks what an archive holds, and nothing leaves until that is
	// brought back or a person says that it is not missed, whatever Enabled is.
	Lost bool `json:"lost"`
}

// Service reads the switch. It is asked right before every signature, so that
// switching off takes effect at once in all processes.
func (s *Store) Service(ctx context.Context) (Service, error) {
	var state Service
	err := s.pool.QueryRow(ctx, query("service")).Scan(&state.Enabled, &state.ChangedAt, &state.ChangedBy, &state.Reason, &state.Lost)
	if err != nil {
		return Service{}, fmt.Errorf("read the signing service switch: %w", err)
	}
	return state, nil
}

// Time is what the database's clock shows.
func (s *Store) Time(ctx context.Context) (now time.Time, err error) {
	if err := s.pool.QueryRow(ctx, query("time")).Scan(&now); err != nil {
		return now, fmt.Errorf("ask the database for its time: %w", err)
	}
	return now, nil
}

// SetService moves the switch; the reason is obligatory and is kept.
func (s *Store) SetService(ctx context.Context, enabled bool, reason string) error {
	if _, err := s.pool.Exec(ctx, query("set_service"), enabled, reason); err != nil {
		return fmt.Errorf("move the signing service switch: %w", err)
	}
	return nil
}

// JobState is when a job last ran and last succeeded.
type JobState struct {
	Name        string     `json:"name"`
	LastStarted *time.Time `json:"last_started_at"`
	LastSuccess *time.Time `json:"last_success_at"`
	LastError   *time.Time `json:"last_error_at"`
	ErrorText   string     `json:"last_error"`
	Failures    int        `json:"failures"`
}

// JobStarted notes that a job begins. See JobLog for one that runs often.
func (s *Store) JobStarted(ctx context.Context, name string) error {
	if _, err := s.pool.Exec(ctx, query("job_started"), name); err != nil {
		return fmt.Errorf("note the start of job %s: %w", name, err)
	}
	return nil
}

// JobCause is why a job failed, where one cause fails many jobs and is shown once for all of them.
type JobCause string

// The causes; "" is any other.
const (
	CauseSigning      JobCause = "signing"      // our own signer
	CauseUnregistered JobCause = "unregistered" // the bus does not know us
)

// JobFinished notes how a job ended; failure is "" on success, as is its cause.
func (s *Store) JobFinished(ctx context.Context, name, failure string, cause JobCause) error {
	if _, err := s.pool.Exec(ctx, query("job_finished"), name, failure, cause); err != nil {
		return fmt.Errorf("note the end of job %s: %w", name, err)
	}
	return nil
}
