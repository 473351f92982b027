package lifecycle

import (
	"slices"
	"strings"

	"egissogw/adapter/egisso"
)

// Succession is how a protocol relates to the one applied to its package before
// (adapter/egisso/SPEC.md#inconsistent-protocols).
type Succession string

// Successions.
const (
	SuccessionNew      Succession = "new"      // apply it: the first, or later than what was applied
	SuccessionSame     Succession = "same"     // says the same again: nothing to do
	SuccessionOld      Succession = "old"      // was overtaken: nothing to do, no status moves back
	SuccessionConflict Succession = "conflict" // two final results that do not tell which is later: a person decides
)

// SuccessionOf compares a protocol with the one applied before, nil if there is none.
func SuccessionOf(p, applied *egisso.Protocol) Succession {
	switch {
	case applied == nil:
		return SuccessionNew
	case sameProtocol(p, applied):
		return SuccessionSame
	case p.Attached || applied.Attached:
		if applied.Attached {
			return SuccessionNew // the announcement of a file says nothing of records
		}
		return SuccessionOld
	case p.Package == nil || applied.Package == nil:
		if applied.Package != nil && applied.Package.Status != egisso.PackageProcessed {
			return SuccessionNew
		}
		return SuccessionConflict
	}
	now, before := p.Package, applied.Package
	switch {
	case now.Status > before.Status:
		return SuccessionNew
	case now.Status < before.Status:
		return SuccessionOld
	case now.Status != egisso.PackageProcessed:
		return SuccessionNew // still in progress, in other words
	case now.FinishedAt.After(before.FinishedAt) && !before.FinishedAt.IsZero():
		return SuccessionNew
	case now.FinishedAt.Before(before.FinishedAt) && !now.FinishedAt.IsZero():
		return SuccessionOld
	}
	return SuccessionConflict
}

// sameProtocol compares what two protocols say, not how.
func sameProtocol(p, other *egisso.Protocol) bool {
	if p.Attached != other.Attached || (p.Package == nil) != (other.Package == nil) {
		return false
	}
	if p.Package == nil {
		return slices.EqualFunc(p.MessageErrors, other.MessageErrors, func(a, b egisso.ProtocolError) bool {
			return a.Code == b.Code && a.Message == b.Message
		})
	}
	a, b := p.Package, other.Package
	return a.PackageID == b.PackageID && a.Status == b.Status && sameCount(a.RecordNum, b.RecordNum) &&
		sameCount(a.RecordNumSuccess, b.RecordNumSuccess) && slices.EqualFunc(byID(a.Records), byID(b.Records), sameResult)
}

func sameCount(a, b *int) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

// byID sorts the records: their order in a protocol means nothing.
func byID(records []egisso.RecordResult) []egisso.RecordResult {
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b egisso.RecordResult) int {
		return strings.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID))
	})
	return records
}

func sameResult(a, b egisso.RecordResult) bool {
	return strings.EqualFold(a.ID, b.ID) && a.OK == b.OK && slices.Equal(a.Messages, b.Messages)
}
