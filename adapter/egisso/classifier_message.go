package egisso

// Classifier codes that 10.02.I can ask for (SPEC.md#classifier-structure).
const (
	ClassifierKMSZ          = "010"
	ClassifierPeriodicities = "022"
	ClassifierUnits         = "023"
)

// ClassifierAnswer is the element response of 10.02.I. What Code does not name
// is nil.
type ClassifierAnswer struct {
	Code          string
	KMSZ          *KMSZ
	Periodicities []Periodicity
	Units         []Unit
}

// Publication is the element request of 10.01.O: a version that will become
// active, and what the operator says has changed.
type Publication struct {
	KMSZ    *KMSZ
	Changes []Change
}
