package lifecycle

import (
	"fmt"
	"slices"
	"strings"

	"egissogw/adapter/egisso"

	"github.com/google/uuid"
)

// PackageVerdict is what a protocol means for its package (adapter/egisso/SPEC.md#outcomes).
type PackageVerdict string

// Verdicts on a package.
const (
	VerdictInProgress           PackageVerdict = "in_progress"            // not final: another answer follows
	VerdictAccepted             PackageVerdict = "accepted"               // every record accepted
	VerdictAcceptedWithWarnings PackageVerdict = "accepted_with_warnings" // the same, some with warnings
	VerdictPartial              PackageVerdict = "partial"                // some records rejected
	VerdictRecordsRejected      PackageVerdict = "rejected_records"       // all records rejected
	VerdictRejected             PackageVerdict = "rejected"               // the message as a whole refused
	VerdictNeedsReview          PackageVerdict = "needs_review"           // some outcomes are unknown
)

// RecordOutcome is what a protocol means for one record.
type RecordOutcome string

// Outcomes of a record.
const (
	OutcomeAccepted             RecordOutcome = "accepted"
	OutcomeAcceptedWithWarnings RecordOutcome = "accepted_with_warnings"
	OutcomeRejected             RecordOutcome = "rejected"
	// OutcomeReturned: the package was refused as a whole, the record is free
	// to be sent again.
	OutcomeReturned RecordOutcome = "returned"
	// OutcomeUnknown: the protocol contradicts itself about this record, and
	// nothing is guessed. The record stays as it is.
	OutcomeUnknown RecordOutcome = "unknown"
)

// ProtocolVerdict is a protocol applied to the records that were sent.
type ProtocolVerdict struct {
	Package PackageVerdict
	Records []RecordVerdict // one per sent record, in the order sent; empty while in progress
	// Unknown are results of records that were not sent. They change nothing.
	Unknown []egisso.RecordResult
	// NeedsReview asks a person to look; Notes say why, in Russian.
	NeedsReview bool
	Notes       []string
}

// RecordVerdict is the outcome of one sent record.
type RecordVerdict struct {
	ID       uuid.UUID
	Outcome  RecordOutcome
	Messages []egisso.ProtocolMessage
}

// JudgeProtocol applies the protocol to the identifiers that were sent, as
// Package.RecordIDs gives them. A protocol whose Attached is set judges
// nothing: the caller reads the file first.
func JudgeProtocol(p *egisso.Protocol, sent []uuid.UUID) ProtocolVerdict {
	v := ProtocolVerdict{Package: VerdictInProgress}
	v.Notes = append(v.Notes, p.Deviations...)
	switch {
	case len(p.MessageErrors) > 0:
		v.Package = VerdictRejected
		for _, id := range sent {
			v.Records = append(v.Records, RecordVerdict{ID: id, Outcome: OutcomeReturned})
		}
	case p.Package != nil && p.Package.Status == egisso.PackageProcessed:
		v.judgeRecords(p.Package, sent)
	}
	return v
}

func (v *ProtocolVerdict) review(format string, args ...any) {
	v.NeedsReview = true
	v.Notes = append(v.Notes, fmt.Sprintf(format, args...))
}

func (v *ProtocolVerdict) judgeRecords(result *egisso.PackageResult, sent []uuid.UUID) {
	known := make(map[string]int, len(sent)) // position in v.Records; see RecordResult.SameID
	listed := make([]bool, len(sent))
	for i, id := range sent {
		known[id.String()] = i
		v.Records = append(v.Records, RecordVerdict{ID: id, Outcome: OutcomeAccepted})
	}
	rejected := map[string]bool{} // ids, strangers' too
	unknownRejected := false
	for _, r := range result.Records {
		id := strings.ToLower(r.ID)
		if !r.OK {
			rejected[id] = true
		}
		i, ours := known[id]
		if !ours {
			v.Unknown = append(v.Unknown, r)
			unknownRejected = unknownRejected || !r.OK
			continue
		}
		v.Records[i].add(r, listed[i])
		listed[i] = true
	}
	if len(v.Unknown) > 0 {
		v.review("В протоколе есть результаты записей, которых нет в пакете: %d", len(v.Unknown))
	}
	v.contradictions(result.Records)
	v.confirm(result, listed, len(rejected), unknownRejected)
	v.summarise()
}

// add puts one result into the outcome; of two results of the same record the
// worse counts.
func (r *RecordVerdict) add(result egisso.RecordResult, again bool) {
	r.Messages = append(r.Messages, result.Messages...)
	switch {
	case !result.OK:
		r.Outcome = OutcomeRejected
	case again && r.Outcome == OutcomeRejected:
	case len(result.Messages) > 0:
		r.Outcome = OutcomeAcceptedWithWarnings
	}
}

// contradictions asks for a look at results that say two things of one record.
// recordOK is what counts (adapter/egisso/SPEC.md#outcomes).
func (v *ProtocolVerdict) contradictions(results []egisso.RecordResult) {
	said := make(map[string]bool, len(results))
	twofold, doubtful := 0, 0
	for _, r := range results {
		id := strings.ToLower(r.ID)
		if ok, again := said[id]; again && ok != r.OK {
			twofold++
		}
		said[id] = r.OK
		if r.OK && slices.ContainsFunc(r.Messages, func(m egisso.ProtocolMessage) bool { return m.Type == egisso.MessageError }) {
			doubtful++
		}
	}
	if twofold > 0 {
		v.review("Записи, о которых сказано и то, что они приняты, и то, что отклонены: %d; считаются отклонёнными", twofold)
	}
	if doubtful > 0 {
		v.review("Записи, которые приняты с ошибкой: %d", doubtful)
	}
}

// confirm compares the counts of the protocol with what was sent and with its own
// list, in which rejected records are named. Records that are not listed are accepted
// (adapter/egisso/SPEC.md#outcomes), but only if the counts say that something succeeded and nothing
// speaks against it: "accepted" has to be ЕГИССО's word, not ours.
func (v *ProtocolVerdict) confirm(result *egisso.PackageResult, listed []bool, rejected int, unknownRejected bool) {
	sent, unlisted := len(v.Records), 0
	for _, l := range listed {
		if !l {
			unlisted++
		}
	}
	doubt := unknownRejected || len(v.Unknown) > 0 && sent == 1
	records, success := sent, 0
	if n := result.RecordNum; n != nil {
		records = *n
	}
	if n := result.RecordNumSuccess; n != nil {
		success = *n
	}
	if records != sent {
		v.review("В протоколе указано записей: %d, в пакете отправлено: %d", records, sent)
		doubt = doubt || records < sent
	}
	good := max(records-rejected, 0)
	switch {
	case result.RecordNum == nil && result.RecordNumSuccess == nil:
		if unlisted > 0 {
			v.review("В протоколе нет числа успешных записей")
			doubt = true
		}
	case success > records:
		v.review("В протоколе указано успешных записей: %d, а всего записей: %d", success, records)
		doubt = true
	case success > good: // seen: all, though one is rejected (adapter/egisso/SPEC.md#inconsistent-protocols)
		v.Notes = append(v.Notes, fmt.Sprintf("В протоколе указано успешных записей: %d, по результатам записей: %d", success, good))
	case success < good:
		v.review("В протоколе указано успешных записей: %d, по результатам записей: %d", success, good)
		doubt = true
	}
	if !doubt || unlisted == 0 {
		return
	}
	v.review("Исход записей, не названных в протоколе, не подтверждён: %d", unlisted)
	for i := range v.Records {
		if !listed[i] {
			v.Records[i].Outcome = OutcomeUnknown
		}
	}
}

func (v *ProtocolVerdict) summarise() {
	rejected, warned, unknown := 0, 0, 0
	for _, r := range v.Records {
		switch r.Outcome {
		case OutcomeRejected:
			rejected++
		case OutcomeAcceptedWithWarnings:
			warned++
		case OutcomeUnknown:
			unknown++
		}
	}
	switch {
	case unknown > 0:
		v.Package = VerdictNeedsReview
	case rejected > 0 && rejected == len(v.Records):
		v.Package = VerdictRecordsRejected
	case rejected > 0:
		v.Package = VerdictPartial
	case warned > 0:
		v.Package = VerdictAcceptedWithWarnings
	default:
		v.Package = VerdictAccepted
	}
}

// JudgeApplication applies the decision to the application that was sent, as
// JudgeProtocol does for packages.
func JudgeApplication(a *egisso.ApplicationAnswer, sent []uuid.UUID) ProtocolVerdict {
	v := ProtocolVerdict{Notes: a.Deviations}
	for _, id := range sent {
		r := RecordVerdict{ID: id, Outcome: OutcomeUnknown}
		switch {
		case id != a.ApplicationID:
			v.review("Ответ не называет заявку, которая была отправлена")
		case a.Accepted:
			r.Outcome = OutcomeAccepted
		default:
			r.Outcome = OutcomeRejected
		}
		if a.Comment != "" && id == a.ApplicationID {
			m := egisso.ProtocolMessage{Type: egisso.MessageError, Report: a.Comment}
			if a.Accepted {
				m.Type, r.Outcome = egisso.MessageWarning, OutcomeAcceptedWithWarnings
			}
			r.Messages = append(r.Messages, m)
		}
		v.Records = append(v.Records, r)
	}
	if a.Accepted && (a.Registered == nil || a.Registered.OSZCode == "") {
		v.Notes = append(v.Notes, "Заявка принята, но код организации в ответе не указан")
	}
	v.summarise()
	return v
}
