package main

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/archive"
	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// evidence is evidence.json: what is in the archive, and what the database knows of the way.
// Moments are UTC as the gateway's database had them.
type evidence struct {
	Made     time.Time            `json:"made"`
	Program  string               `json:"program"` // version that wrote it
	Whole    bool                 `json:"whole"`   // documents that name others are in it, too
	Record   *store.RecordStatus  `json:"record,omitempty"`
	Package  *uuid.UUID           `json:"package,omitempty"`
	History  []store.HistoryEntry `json:"history,omitempty"`
	Packages []*casePackage       `json:"packages"`
	// Withheld are documents that are not in it.
	Withheld []withheld `json:"withheld,omitempty"`
	files    []evidenceFile
	others   int
}

// evidenceFile is one file of the archive.
type evidenceFile struct {
	name    string
	content []byte
}

// withheld is a document that is not given out, and why.
type withheld struct {
	Kind   archive.Kind `json:"kind"` // sent, answer, export, protocol
	ID     string       `json:"id"`
	Why    string       `json:"why"`    // others: it names other records; removed: its term was over
	Others int          `json:"others"` // records of the same package
	SHA256 string       `json:"sha256"`
	Size   int64        `json:"size"` // octets
	*store.Pruned
}

// casePackage is one package of the way: what store.EvidenceCase says.
type casePackage struct {
	ID            uuid.UUID       `json:"id"`
	Register      egisso.Register `json:"register"`
	Format        string          `json:"format"`
	FormatVersion string          `json:"format_version"`
	Provider      string          `json:"provider"`
	Channel       string          `json:"channel"` // smev, or manual: a person uploaded the file
	RecordCount   int             `json:"record_count"`
	State         string          `json:"state"`
	Result        *string         `json:"result"`
	FormedAt      *time.Time      `json:"formed_at"`
	SignedAt      *time.Time      `json:"signed_at"`
	QueuedAt      *time.Time      `json:"queued_at"` // SMEV took it
	ClosedAt      *time.Time      `json:"closed_at"`
	ReleasedAt    *time.Time      `json:"released_at"`
	PrunedAt      *time.Time      `json:"pruned_at"`
	Records       []*caseRecord   `json:"records"` // those the evidence is about
	Messages      []*caseMessage  `json:"messages"`
	Exported      *struct {
		FileName string    `json:"file_name"`
		At       time.Time `json:"at"`
	} `json:"exported"`
	Protocols []struct { // brought by hand: nobody signed them
		ID         string     `json:"id"`
		ImportedAt time.Time  `json:"imported_at"`
		ImportedBy string     `json:"imported_by"`
		Outcome    *string    `json:"outcome"`
		AppliedAt  *time.Time `json:"applied_at"`
	} `json:"protocols"`
	// SaidOfOthers counts what protocols say of anything else than these records.
	SaidOfOthers int         `json:"said_of_others"`
	others       []uuid.UUID // its other records
}

// caseRecord is a record as it was in a package, and what the protocol says of it.
type caseRecord struct {
	ID      uuid.UUID       `json:"id"`
	RowKey  string          `json:"row_key"`
	Kind    string          `json:"kind"`
	Ordinal int             `json:"ordinal"`
	Outcome *string         `json:"outcome"` // null: none yet
	Late    *string         `json:"late"`    // outcome of a protocol that came when a person had released the record
	SHA256  *string         `json:"sha256"`  // of the canonical content
	Content json.RawMessage `json:"content"` // as it is now known under this id; null if its term is over
	Said    []struct {
		Type     int    `json:"type"` // 1 error, 2 warning
		RuleCode string `json:"rule_code"`
		Report   string `json:"report"`
	} `json:"said"`
	Element string `json:"element,omitempty"` // file with its octets as they were sent
	Offset  int    `json:"offset,omitempty"`  // of these in the document, in octets
}

// caseMessage is one message and what came back.
type caseMessage struct {
	ID          uuid.UUID  `json:"id"`
	MadeAt      time.Time  `json:"made_at"`
	DeliveredAt *time.Time `json:"delivered_at"`
	State       string     `json:"state"`
	Certificate *string    `json:"certificate_sha256"`
	Attempts    []struct {
		StartedAt  time.Time  `json:"started_at"`
		FinishedAt *time.Time `json:"finished_at"`
		Outcome    *string    `json:"outcome"`
		Fault      string     `json:"fault"`
	} `json:"attempts"`
	Files []struct {
		ID         uuid.UUID  `json:"id"`
		Hash       string     `json:"hash"` // Streebog-256, hexadecimal
		UploadedAt *time.Time `json:"uploaded_at"`
	} `json:"files"`
	Answers []struct { // whose signature of SMEV was verified when they came
		ID             string     `json:"id"`
		Kind           string     `json:"kind"`
		ReceivedAt     time.Time  `json:"received_at"`
		AcknowledgedAt *time.Time `json:"acknowledged_at"`
		AppliedAt      *time.Time `json:"applied_at"`
		Sender         *string    `json:"sender"`
		Note           string     `json:"note"`
	} `json:"answers"`
}
