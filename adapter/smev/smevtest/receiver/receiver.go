package receiver

import (
	"bytes"
	_ "embed" // the schemas of kinds
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/shape"
	"egissogw/crypto/xmlsafe"
)

// Namespaces of the kinds the receiver understands (adapter/egisso/SPEC.md#namespaces).
const (
	NamespaceMeasures = "urn://egisso-ru/msg/10.05.I/2.1.0"
	NamespaceFacts    = "urn://egisso-ru/msg/10.06.S/1.1.0"
	NamespaceStorage  = "urn://egisso-ru/msg/10.10.I/1.0.3"
	// NamespaceClassifier is the request for the КМСЗ and its dictionaries.
	NamespaceClassifier = "urn://egisso-ru/msg/10.02.I/1.0.3"
	// NamespaceStorageFile is the version whose answers come as files.
	NamespaceStorageFile   = "urn://egisso-ru/msg/10.10.I/1.0.4"
	NamespaceOrganizations = "urn://egisso-ru/msg/10.07.I/1.0.6"
	NamespaceApplication   = "urn://egisso-ru/msg/10.11.I/1.0.3"
	NamespacePoints        = "urn://egisso-ru/msg/10.15.I/1.0.4"
	NamespacePointsBefore  = "urn://egisso-ru/msg/10.15.I/1.0.3"
)

// MaxFile is the largest file that may be a package, in bytes: twice what eleven
// full lists of facts take.
const MaxFile = 32 << 20

//go:embed 10.05.I-2.1.0.shape
var measuresShape string

//go:embed 10.06.S-1.1.0.shape
var factsShape string

//go:embed 10.07.I-1.0.6.shape
var organizationsShape string

//go:embed 10.11.I-1.0.3.shape
var applicationShape string

//go:embed 10.15.I.shape
var pointsShape string

//go:embed 10.02.I.shape
var classifierShape string

//go:embed 10.10.I.shape
var storageShape string

// Severity of a rule's message.
type Severity int

// What a broken rule does to the record.
const (
	Error   Severity = 1 // messageType 1, the record is refused
	Warning Severity = 2 // messageType 2, the record is accepted
	Off     Severity = 3 // the rule is not applied
)

// Options configure a Receiver; the zero value is usable.
type Options struct {
	// Classifier switches on the checks against the КМСЗ (001-006, 008, 018) and
	// answers requests for it; without one they are refused with NO_DATA. See
	// Receiver.UseClassifier.
	Classifier *Classifier
	// Rules overrides the severity of rules by code. Rules not named are
	// errors, except that the combination check of 018 is a warning.
	Rules map[string]Severity
	// Keep keeps the content of facts, for Held.
	Keep bool
	// RefusesText, if set, refuses a file of facts that holds it as a whole: what ЕГИССО
	// minds without any schema, rule or name of a record that would say so.
	RefusesText string
	// OtherProvider is the code of another provider, who loaded the measures whose title holds
	// OtherTitle: facts must name its code with them, and with no others (014). None if empty.
	OtherProvider, OtherTitle string
	// ListsAll has protocols list every record, also those there is nothing to say about.
	ListsAll bool
}

// loader is the code a fact must name with a measure; "" none.
func (r *Receiver) loader(m *measure) string {
	if m == nil || !m.Other {
		return ""
	}
	return r.options.OtherProvider
}

// Receiver holds the registers. It is not safe for concurrent use: the bus
// processes one message at a time.
type Receiver struct {
	options    Options
	classifier atomic.Pointer[Classifier] // may be exchanged at any time
	kinds      map[string]*shape.Schema   // by namespace of the document element
	facts      *shape.Schema

	measures      map[string]*measure
	register      map[string]*fact
	organizations map[string]*versioned
	points        map[string]*versioned
	participants  map[string]*participant // by code; those this receiver was told of
	events        map[string]bool         // and applications
}

// New returns a Receiver with empty registers.
func New(options Options) (*Receiver, error) {
	r := &Receiver{
		options:       options,
		kinds:         map[string]*shape.Schema{},
		measures:      map[string]*measure{},
		register:      map[string]*fact{},
		organizations: map[string]*versioned{},
		points:        map[string]*versioned{},
		participants:  map[string]*participant{},
		events:        map[string]bool{},
	}
	r.classifier.Store(options.Classifier)
	var errs []error
	parse := func(text, version string) *shape.Schema {
		schema, err := shape.Known(text, version)
		errs = append(errs, err)
		return schema
	}
	r.kinds[NamespaceMeasures] = parse(measuresShape, "2.1.0")
	r.kinds[NamespaceStorage] = parse(storageShape, "1.0.3")
	r.kinds[NamespaceStorageFile] = parse(storageShape, "1.0.4")
	r.kinds[NamespaceClassifier] = parse(classifierShape, "1.0.3")
	r.kinds[NamespaceOrganizations] = parse(organizationsShape, "1.0.6")
	r.kinds[NamespaceApplication] = parse(applicationShape, "1.0.3")
	r.kinds[NamespacePoints] = parse(pointsShape, "1.0.4")
	r.kinds[NamespacePointsBefore] = parse(pointsShape, "1.0.3")
	r.facts = parse(factsShape, "1.1.0")
	return r, errors.Join(errs...)
}

// Knows reports whether requests with this document element are registered.
func (r *Receiver) Knows(space, local string) bool {
	schema, ok := r.kinds[space]
	return ok && schema.Knows(space, local)
}

// Answers reports whether answers with this document element are registered.
func (r *Receiver) Answers(space, local string) bool {
	_, ok := r.kinds[space]
	return ok && local == "response"
}

// CheckContent checks the business content against the schema of its kind, as
// the bus does before handing a message over.
func (r *Receiver) CheckContent(content *xmlsafe.Element) error {
	schema, ok := r.kinds[content.Space]
	if !ok {
		return fmt.Errorf("no schema for {%s}%s", content.Space, content.Local)
	}
	return schema.Check(content)
}

// Result is what came of one message.
type Result struct {
	PackageID string
	Refusal   string // the whole message was refused (messageResult)
	Rejected  string // code of a RequestRejected, which has no protocol
	Records   []ledger.Record
	Root      [2]string // namespace and name of the answer's document element
	Interim   string    // the same answer while processing goes on (packageStatus 2)
	Protocol  string    // the final answer
}

// Process checks the package of one message and answers with its protocol.
// Content has passed CheckContent; files are the contents of the attached files.
func (r *Receiver) Process(content *xmlsafe.Element, files [][]byte, received, now time.Time) Result {
	if f := inlineFormats[content.Space]; f != nil {
		return r.process(content, f, received, now)
	}
	switch content.Space {
	case NamespaceClassifier:
		return r.classifier.Load().answer(value(content, "classifierCode"))
	case NamespaceApplication:
		return r.apply(child(content, "application"), now)
	}
	if len(files) != 1 {
		text := "Файл в хранилище не найден"
		if len(files) > 1 {
			text = "В сообщении должен быть ровно один файл пакета"
		}
		return refuse(&formatFacts, "", text, received, now)
	}
	doc, err := xmlsafe.Parse(files[0], treeLimits)
	if err != nil {
		return refuse(&formatFacts, "", "Файл пакета не является корректным документом XML: "+err.Error(), received, now)
	}
	if err := r.facts.Check(doc.Root); err != nil {
		return refuse(&formatFacts, "", "Файл пакета не соответствует схеме 10.06.S-1.1.0: "+err.Error(), received, now)
	}
	if text := r.options.RefusesText; text != "" && bytes.Contains(files[0], []byte(text)) {
		return refuse(&formatFacts, "", "Файл пакета не может быть обработан", received, now)
	}
	return r.process(doc.Root, &formatFacts, received, now)
}

// TooLarge answers a message whose file is larger than MaxFile.
func TooLarge(received, now time.Time) Result {
	return refuse(&formatFacts, "", "Файл пакета слишком велик", received, now)
}
