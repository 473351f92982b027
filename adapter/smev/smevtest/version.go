package smevtest

import (
	_ "embed" // envelope.shape

	"egissogw/adapter/smev/smevtest/shape"
)

//go:embed envelope.shape
var envelopeShape string

const (
	soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/"
	xopNamespace  = "http://www.w3.org/2004/08/xop/include"
	dsNamespace   = "http://www.w3.org/2000/09/xmldsig#"
	exchange      = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/"
)

// version is what differs between the schema versions (adapter/smev/SPEC.md#versions).
type version struct {
	number               string
	types, basic, faults string
	schema               *shape.Schema

	humanName  bool   // MessageMetadata/Sender and Recipient hold HumanReadableName
	oldRouting bool   // MessageMetadata holds DestinationName and SupplementaryData; Recipient and ReplyTo always
	cancels    bool   // GetRequestResponse may hold Cancel
	fileNames  bool   // attachment headers hold FileName and NamespaceUri
	delivered  string // Status of a delivered answer

	responseQueued, responseRejected string // what 1.1 and 1.2 have no value for
}

// versions the simulator speaks, each at its own path.
var versionNumbers = []string{"1.1", "1.2", "1.3"}

func newVersion(number string) (*version, error) {
	schema, err := shape.Known(envelopeShape, number)
	if err != nil {
		return nil, err
	}
	v := &version{
		number:     number,
		types:      exchange + number,
		basic:      exchange + "basic/" + number,
		faults:     exchange + "faults/" + number,
		schema:     schema,
		humanName:  number != "1.2",
		oldRouting: number == "1.1",
		cancels:    number == "1.1",
		fileNames:  number == "1.3",
		delivered:  "messageIsDelivered",

		responseQueued:   "responseIsAcceptedBySmev",
		responseRejected: "responseIsRejectedBySmev",
	}
	switch number {
	case "1.1":
		v.delivered, v.responseRejected = "responseIsDelivered", "requestIsRejectedBySmev"
	case "1.3":
		v.responseQueued = "responseIsQueued"
	}
	return v, nil
}

// path of the version's endpoint. That of 1.3 is by analogy with the others.
func (v *version) path() string { return "/smev/v" + v.number + "/ws" }
