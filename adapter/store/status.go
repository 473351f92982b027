package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Count is a number of things in one state.
type Count struct {
	Register string `json:"register"`
	State    string `json:"state"`
	Count    int    `json:"count"`
}

// Status is the gateway's state as `egissogw status` shows it.
type Status struct {
	Service      Service    `json:"service"`
	Contour      *Contour   `json:"contour"` // whom the database was made for; nil: no gateway ran yet
	Instances    []Instance `json:"instances"`
	Records      []Count    `json:"records"`
	Packages     []Count    `json:"packages"`
	Undecided    int        `json:"undecided"`          // source rows waiting for a decision
	Unfinished   int        `json:"unfinished"`         // records without a final outcome
	OldestOpen   *time.Time `json:"oldest_unfinished"`  // since when the oldest of them stands
	Unapplied    int        `json:"unapplied_answers"`  // answers stored, not yet applied
	Unverified   int        `json:"unverified_answers"` // answers not believed that nobody has dealt with
	NeedReview   int        `json:"packages_to_review"` // with a question to a person, or without an answer in time
	FilesDue     int        `json:"files_to_fetch"`     // files of answers not fetched yet
	FilesRefused int        `json:"files_refused"`      // files of answers nobody can believe
	Incoming     InBacklog  `json:"incoming"`
	Links        []Link     `json:"links"`
	// Certificates are those gateways sign with, the one that ends first first.
	Certificates []Certificate `json:"certificates"`
	KMSZ         InUse         `json:"kmsz"`
	Rests        []Rest        `json:"resting_registers"`
	Jobs         []JobState    `json:"jobs"`
	Findings     []Finding     `json:"findings"` // what a person should look at
	// The last reconciliation of each register.
	Reconciled []Reconciliation `json:"reconciled"`
	// Records by register and rule; State is the code of the rule.
	BlockedRules  []Count `json:"blocked_by_rule"`
	RejectedRules []Count `json:"rejected_by_rule"`
	WarnedRules   []Count `json:"warned_by_rule"`   // by the checks, before sending
	RemarkedRules []Count `json:"remarked_by_rule"` // warned of by ЕГИССО
	// Unconfirmed are records that ЕГИССО has, perhaps with other content, by register.
	Unconfirmed []Count `json:"unconfirmed_content"`
}

// InUse is the classifier in use.
type InUse struct {
	Version int `json:"version"` // 0: none is known
	Next    int `json:"next"`    // published and not active yet; 0: none
	// Local measures of ours with an error under the one and the other.
	Invalid     int `json:"invalid_measures"`
	NextInvalid int `json:"invalid_measures_next"`
}

// InBacklog counts incoming messages that are not done with.
type InBacklog struct {
	Unhandled  int `json:"unhandled"`  // stored, nothing decided yet
	Unverified int `json:"unverified"` // not believed, and nobody has dealt with it
	Unanswered int `json:"unanswered"` // the answer to a request is not delivered yet
	NeedReview int `json:"to_review"`
}

// Rest is a register of a provider that waits after packages that failed as a whole.
type Rest struct {
	Register string     `json:"register"`
	Provider string     `json:"provider"`
	Until    time.Time  `json:"until"`
	Failures int        `json:"failures"` // packages in a row
	Reason   string     `json:"reason"`   // Russian: of the last one
	Trial    *uuid.UUID `json:"trial"`    // the package whose outcome the others wait for; nil: none is on its way
	Text     string     `json:"text"`     // Russian: all of this
}

// JournalEntry is one row of the journal of requests.
type JournalEntry struct {
	ID          uuid.UUID `json:"id"`
	CreatedAt   time.Time `json:"created_at"`
	PackageType string    `json:"-"`            // title of the register
	RecordCount *int      `json:"record_count"` // nil: a request for the classifier, which has none
	Status      string    `json:"-"`            // Russian
	Info        string    `json:"info"`
	State       string    `json:"state"`
	Result      string    `json:"result"`
	Review      string    `json:"review"`
	MessageID   string    `json:"message_id"`
	Unconfirmed int       `json:"unconfirmed"` // outcomes from a file, not confirmed by the bus
	Warned      int       `json:"warned"`      // records the checks warned of before they left
	Register    string    `json:"register"`
	Channel     string    `json:"channel"`   // smev, manual
	Approval    string    `json:"approval"`  // agree, approve, approved, disapproved; "" if nobody is asked
	AgreedBy    string    `json:"agreed_by"` // login roles of PostgreSQL
	ApprovedBy  string    `json:"approved_by"`
}

// JournalDetail is one row of the details of a package.
type JournalDetail struct {
	RecordNo    string `json:"record_no"` // on the first row of its record only
	Comment     string `json:"comment"`
	Code        string `json:"code"`
	MessageType string `json:"-"`
	Conclusion  string `json:"conclusion"` // what the gateway concluded from a refusal, "" if nothing
	Severity    string `json:"severity"`   // error, warning
}

// Journal returns the newest packages.
func (s *Store) Journal(ctx context.Context, limit int) ([]JournalEntry, error) {
	return s.journal(ctx, "journal", limit)
}

// JournalEntry returns one package and its details; found is false for an
// unknown id.
func (s *Store) JournalEntry(ctx context.Context, id uuid.UUID) (entry JournalEntry, details []JournalDetail, found bool, err error) {
	entries, err := s.journal(ctx, "journal_one", id)
	if err != nil || len(entries) == 0 {
		return JournalEntry{}, nil, false, err
	}
	if details, err = collect[JournalDetail](ctx, s, "journal_detail", id); err != nil {
		return JournalEntry{}, nil, false, fmtError("read details of package", id, err)
	}
	return entries[0], details, true, nil
}

// PackageFindings returns what the checks found on the records of a package before it
// left; every row names its record.
func (s *Store) PackageFindings(ctx context.Context, id uuid.UUID) ([]JournalDetail, error) {
	return collect[JournalDetail](ctx, s, "package_findings", id)
}

func (s *Store) journal(ctx context.Context, name string, arg any) ([]JournalEntry, error) {
	rows, err := s.pool.Query(ctx, query(name), arg)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[JournalEntry])
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return entries, nil
}

func scanLink(r pgx.CollectableRow) (l Link, err error) {
	var skew, uncertainty *time.Duration
	var at *time.Time
	err = r.Scan(&l.Name, &l.DownSince, &l.Failures, &skew, &uncertainty, &at)
	if skew != nil && uncertainty != nil && at != nil {
		l.Clock = &LinkClock{Skew: *skew, Uncertainty: *uncertainty, MeasuredAt: *at}
	}
	return l, err
}
