package egisso

import "crypto/sha256"

// TwinKey is equal for two facts that say the same assignment: recipient,
// measure, category, period and content (SPEC.md#local-checks, L-DUP). The key is
// a hash and tells nothing of the person.
func (f Fact) TwinKey() [32]byte { return f.Normalize().twinKey() }

// twinKey is TwinKey of a normalised fact.
func (f Fact) twinKey() [32]byte {
	measure, category := f.MeasureKey, f.CategoryKey
	if measure == "" {
		measure = f.MeasureID.String()
	}
	if category == "" {
		category = f.CategoryID.String()
	}
	return sha256.Sum256(canonicalJSON([]any{
		f.Receiver.SNILS, measure, category, f.DateStart, f.DateFinish, f.Assignment,
	}))
}
