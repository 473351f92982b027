package store

import (
	"context"
	"errors"
	"fmt"
)

// NoteLoss looks for the newest entries of an archive in the database. Those it does not
// know are noted: until they are brought back, or a person says that they are not missed,
// nothing leaves. lost: there are such, now or from before.
func (s *Store) NoteLoss(ctx context.Context, newest []ArchiveID) (lost bool, err error) {
	unknown, err := s.Unknown(ctx, newest)
	if err != nil {
		return false, err
	}
	if kinds, ids := split(unknown); len(unknown) > 0 {
		if _, err := s.pool.Exec(ctx, query("note_loss"), kinds, ids); err != nil {
			return false, fmt.Errorf("note that the archive is ahead of the database: %w", err)
		}
	}
	if err := s.pool.QueryRow(ctx, query("is_lost")).Scan(&lost); err != nil {
		return false, fmt.Errorf("ask whether the archive is ahead of the database: %w", err)
	}
	return lost, nil
}

// Missed returns which of these entries the database does not know, unless a person said that
// they are not missed. It changes nothing.
func (s *Store) Missed(ctx context.Context, entries []ArchiveID) ([]ArchiveID, error) {
	unknown, err := s.Unknown(ctx, entries)
	if err != nil {
		return nil, err
	}
	kinds, ids := split(unknown)
	return collect[ArchiveID](ctx, s, "not_accepted", kinds, ids)
}

// ErrRecovering means that somebody else brings something back at this moment.
var ErrRecovering = errors.New("восстановление из архива уже идёт: дождитесь его конца; каталоги всех шлюзов указывают сразу")

// RecoverAlone keeps others from bringing anything back until end is called or the process
// dies: of two at once the first to end would let work go on while the other still reads. It
// returns ErrRecovering if there is another.
func (s *Store) RecoverAlone(ctx context.Context) (end func(), err error) {
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to bring back what is in the archive: %w", err)
	}
	var alone bool
	if err := pooled.QueryRow(ctx, query("recover_alone")).Scan(&alone); err != nil || !alone {
		pooled.Release()
		if err != nil {
			return nil, fmt.Errorf("ask whether somebody brings back what is in the archive: %w", err)
		}
		return nil, ErrRecovering
	}
	return func() {
		last := context.WithoutCancel(ctx)
		if _, err := pooled.Exec(last, query("recovered_alone")); err != nil {
			_ = pooled.Conn().Close(last) // that lets go, too
		}
		pooled.Release()
	}, nil
}

// BeginRecovery keeps everything from leaving, in all gateways of the database, until
// EndRecovery. An error about the reason is Russian, for who gave it.
func (s *Store) BeginRecovery(ctx context.Context, reason string) error {
	if _, err := s.pool.Exec(ctx, query("begin_recovery"), reason); err != nil {
		return fmt.Errorf("begin to bring back what is in the archive: %w", err)
	}
	return nil
}

// EndRecovery lets work go on, unless the newest entry of some archive is unknown still:
// those are returned. detail is Russian and goes into the log of operations.
func (s *Store) EndRecovery(ctx context.Context, reason, detail string) (missing []ArchiveID, err error) {
	losses, err := collect[ArchiveID](ctx, s, "open_losses")
	if err != nil {
		return nil, err
	}
	if missing, err = s.Unknown(ctx, losses); err != nil {
		return nil, err
	}
	unknown := map[ArchiveID]bool{}
	for _, m := range missing {
		unknown[m] = true
	}
	var back []ArchiveID
	for _, l := range losses {
		if !unknown[l] {
			back = append(back, l)
		}
	}
	kinds, ids := split(back)
	if _, err := s.pool.Exec(ctx, query("losses_recovered"), kinds, ids); err != nil {
		return nil, fmt.Errorf("note what was brought back: %w", err)
	}
	if _, err := s.pool.Exec(ctx, query("end_recovery"), reason, detail); err != nil {
		return nil, fmt.Errorf("end the recovery: %w", err)
	}
	return missing, nil
}

// AcceptLoss lets work go on without what the database lacks, and returns how many archives
// are ahead of it.
func (s *Store) AcceptLoss(ctx context.Context, reason string) (archives int, err error) {
	if err := s.pool.QueryRow(ctx, query("accept_loss"), reason).Scan(&archives); err != nil {
		return 0, fmt.Errorf("accept the loss: %w", err)
	}
	return archives, nil
}
