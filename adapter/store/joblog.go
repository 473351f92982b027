package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// JobLog notes when the jobs of a process run and how they end. What fails, works again or seldom runs is
// written down at once. Healthy runs, tens a minute, are written together once a minute: so old may
// egisso.job be. Every run begins with a look whether the schema is still this program's.
type JobLog struct {
	store *Store
	now   func() time.Time

	mu   sync.Mutex
	jobs map[string]*jobNotes
}

// jobNotes are what a process knows of a job.
type jobNotes struct {
	began              time.Time // its present run, or the last
	started, succeeded time.Time // the last run that was healthy
	pending            bool      // that is not written down yet
	noted              time.Time // when such a run was
	failed             bool      // the database says that it fails, in whatever gateway
}

// jobNoteEvery is between two notes of healthy runs.
const jobNoteEvery = time.Minute

// JobLog returns an empty one; now is its clock.
func (s *Store) JobLog(now func() time.Time) *JobLog {
	return &JobLog{store: s, now: now, jobs: map[string]*jobNotes{}}
}

// JobStarted looks whether the job may begin. The error is ErrSchemaMoved, with what to do, when the schema is
// of another version than this program's, or gone. A job of which nothing was noted lately is seen to begin.
func (l *JobLog) JobStarted(ctx context.Context, name string) error {
	seen, err := l.store.looks.get(ctx)
	if moved := l.store.movedSince(ctx, seen.version, err); moved != nil {
		return moved
	}
	if err != nil {
		return fmt.Errorf("look whether job %s may begin: %w", name, err)
	}
	if l.begin(name, slices.Contains(seen.failing, name)) {
		return l.store.JobStarted(ctx, name)
	}
	return nil
}

// begin remembers that a job begins, and reports whether that is worth a note of its own.
func (l *JobLog) begin(name string, failed bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	j := l.of(name)
	j.began, j.failed = l.now(), failed
	return j.began.Sub(j.noted) >= 2*jobNoteEvery
}

func (l *JobLog) of(name string) *jobNotes {
	j := l.jobs[name]
	if j == nil {
		j = &jobNotes{began: l.now()}
		l.jobs[name] = j
	}
	return j
}

// JobFinished notes how a job ended; failure is "" on success, as is its cause.
func (l *JobLog) JobFinished(ctx context.Context, name, failure string, cause JobCause) error {
	if failure != "" {
		l.mu.Lock()
		l.of(name).noted = time.Time{}
		l.mu.Unlock()
		return l.store.JobFinished(ctx, name, failure, cause)
	}
	due := l.succeed(name)
	if len(due.names) == 0 {
		return nil
	}
	if _, err := l.store.pool.Exec(ctx, query("jobs_succeeded"), flat(due.names), flat(due.started), flat(due.succeeded)); err != nil {
		return fmt.Errorf("note the runs of jobs: %w", err)
	}
	return nil
}

// jobRuns are healthy runs: how many seconds ago each began and ended, which holds by any clock.
type jobRuns struct {
	names              []string
	started, succeeded []float64
}

// succeed remembers a success, and returns what is to be written down now, perhaps nothing.
func (l *JobLog) succeed(name string) (due jobRuns) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, j := l.now(), l.of(name)
	j.started, j.succeeded, j.pending = j.began, now, true
	if !j.failed && now.Sub(j.noted) < jobNoteEvery {
		return due
	}
	for name, j := range l.jobs {
		if !j.pending {
			continue
		}
		due.names = append(due.names, name)
		due.started = append(due.started, now.Sub(j.started).Seconds())
		due.succeeded = append(due.succeeded, now.Sub(j.succeeded).Seconds())
		j.noted, j.pending = now, false
	}
	return due
}
