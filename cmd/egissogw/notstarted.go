package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
)

// noteTerm is how long a gateway that does not start waits for its database to say so.
const noteTerm = 5 * time.Second

// ownMachine tells this machine from others without naming it.
func ownMachine() string {
	sum := sha256.Sum256([]byte(assemble.OwnHost()))
	return hex.EncodeToString(sum[:8])
}

// didNotStart leaves word of why serve did not start where status looks for it: in the database,
// if it can be reached, and in systemd's line of the unit. Another contour is noted by who met it.
func didNotStart(ctx context.Context, s *store.Store, err error) {
	if ctx.Err() != nil {
		return // told to stop
	}
	problem := strings.Join(screen.ErrorLines(err), "; ")
	_, _ = daemon.SdNotify(false, "STATUS="+problem) // there may be no systemd
	if other := (*store.OtherContourError)(nil); s == nil || errors.As(err, &other) {
		return
	}
	var lasting fault.LastingError
	ctx, cancel := context.WithTimeout(ctx, noteTerm)
	defer cancel()
	// That this fails, too, is no more than the silence there would be.
	_ = s.NoteFailedStart(ctx, store.FailedStart{Machine: ownMachine(), Version: programVersion(), Problem: problem, Lasting: errors.As(err, &lasting)})
}

// notConfigured is didNotStart of a configuration with mistakes, if the database is not one of them.
func notConfigured(ctx context.Context, c config.Config, err error) {
	var s *store.Store
	var problems *config.Problems
	if errors.As(err, &problems) && problems.Of("database") == nil && !c.Database.URL.IsZero() {
		opening, cancel := context.WithTimeout(ctx, noteTerm)
		defer cancel()
		var closed error
		if s, closed = assemble.OpenStore(opening, c.Database); closed == nil {
			defer s.Close()
		}
	}
	didNotStart(ctx, s, err)
}
