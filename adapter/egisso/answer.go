package egisso

// Answer is what ЕГИССО says to a message, whatever its kind. Exactly one of
// Protocol, Application and Classifier is set.
type Answer struct {
	// Code and Version are those of the message that carried the answer, ""
	// for a bare protocol.
	Code, Version string

	Protocol    *Protocol          // most kinds, and files with a protocol
	Application *ApplicationAnswer // 10.11.I
	Classifier  *ClassifierAnswer  // 10.02.I
}
