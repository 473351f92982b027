package receiver

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// format is how a kind answers: namespaces and names of its protocol
// (adapter/egisso/SPEC.md#spelling).
type format struct {
	response                         string // namespace of the document element
	protocol, result, records, basic string
	packageID, recordID              string // element names
	packageType                      string
	errorLimit                       int // characters of an error of the whole message
}

var formatMeasures = format{
	response:    NamespaceMeasures,
	protocol:    "urn://egisso-ru/types/package-protocol/2.3.0",
	result:      "urn://egisso-ru/types/package-result/2.3.0",
	records:     "urn://egisso-ru/types/record-result/2.3.0",
	basic:       "urn://egisso-ru/types/basic/2.3.0",
	packageID:   "packageId",
	recordID:    "recId",
	packageType: "Реестр ЛМСЗ",
	errorLimit:  500,
}

var formatFacts = format{
	response:    NamespaceStorage,
	protocol:    "urn://egisso-ru/types/package-protocol/1.0.3",
	result:      "urn://egisso-ru/types/package-result/1.0.2",
	records:     "urn://egisso-ru/types/record-result/1.0.3",
	basic:       "urn://egisso-ru/types/basic/1.0.3",
	packageID:   "packageID",
	recordID:    "recID",
	packageType: "Реестр фактов назначений",
	errorLimit:  200,
}

var formatOrganizations = format{
	response:    NamespaceOrganizations,
	protocol:    "urn://egisso-ru/types/package-protocol/1.0.4",
	result:      "urn://egisso-ru/types/package-result/1.0.4",
	records:     "urn://egisso-ru/types/record-result/1.0.4",
	basic:       "urn://egisso-ru/types/basic/1.0.6",
	packageID:   "packageID",
	recordID:    "recID",
	packageType: "Реестр организаций",
	errorLimit:  500,
}

var formatPoints = format{
	response:    NamespacePoints,
	protocol:    "urn://egisso-ru/types/package-protocol/1.0.5",
	result:      "urn://egisso-ru/types/package-result/1.0.5",
	records:     "urn://egisso-ru/types/record-result/1.0.5",
	basic:       "urn://egisso-ru/types/basic/1.0.8",
	packageID:   "packageID",
	recordID:    "recID",
	packageType: "Реестр точек присутствия",
	errorLimit:  500,
}

// formatPointsBefore is that of 10.15.I/1.0.3, whose protocol is that of 10.07.I.
var formatPointsBefore = func() format {
	f := formatOrganizations
	f.response, f.packageType = NamespacePointsBefore, formatPoints.packageType
	return f
}()

// inlineFormats are those of packages that come in the message itself.
var inlineFormats = map[string]*format{
	NamespaceMeasures:      &formatMeasures,
	NamespaceOrganizations: &formatOrganizations,
	NamespacePoints:        &formatPoints,
	NamespacePointsBefore:  &formatPointsBefore,
}

const reportLimit = 500

func (f *format) root() [2]string { return [2]string{f.response, "response"} }

func (f *format) open() string {
	return fmt.Sprintf(`<response xmlns="%s" xmlns:pr="%s" xmlns:res="%s" xmlns:rec="%s" xmlns:b="%s"><pr:protocol>`,
		f.response, f.protocol, f.result, f.records, f.basic)
}

const closing = `</pr:protocol></response>`

// moscow is the clock of protocols; the 2.3.0 timestamps demand a zone.
var moscow = time.FixedZone("MSK", 3*60*60)

func stamp(t time.Time) string { return t.In(moscow).Format("2006-01-02T15:04:05-07:00") }

// refuse answers with messageResult: the message is not a package.
func refuse(f *format, packageID, text string, received, now time.Time) Result {
	var b strings.Builder
	b.WriteString(f.open())
	b.WriteString(`<pr:messageResult><pr:receivingTime>` + stamp(received) + `</pr:receivingTime>`)
	b.WriteString(`<pr:processingTime>` + stamp(now) + `</pr:processingTime>`)
	b.WriteString(`<pr:errors><pr:error><b:message>` + escape(cut(text, f.errorLimit)) + `</b:message>`)
	b.WriteString(`<b:time>` + stamp(now) + `</b:time></pr:error></pr:errors></pr:messageResult>` + closing)
	return Result{PackageID: packageID, Refusal: text, Root: f.root(), Protocol: b.String()}
}

// protocol collects the results of records.
type protocol struct {
	*format
	packageID     string
	listsAll      bool
	received, now time.Time
	records       strings.Builder
	accepted      int
}

// add notes the outcome of one record; a clean one is not listed
// unless all are.
func (p *protocol) add(id string, accepted bool, findings []finding) {
	if accepted {
		p.accepted++
	}
	if len(findings) == 0 && !p.listsAll {
		return
	}
	fmt.Fprintf(&p.records, `<rec:recordResult><rec:%[1]s>%[2]s</rec:%[1]s><rec:recordOK>%[3]t</rec:recordOK>`,
		p.recordID, escape(id), accepted)
	for _, fd := range findings {
		fmt.Fprintf(&p.records, `<rec:messages><rec:messageType>%d</rec:messageType>`, fd.severity)
		if fd.code != "" {
			p.records.WriteString(`<rec:ruleCode>` + fd.code + `</rec:ruleCode>`)
		}
		p.records.WriteString(`<rec:report>` + escape(cut(fd.report, reportLimit)) + `</rec:report></rec:messages>`)
	}
	p.records.WriteString(`</rec:recordResult>`)
}

func (p *protocol) head(status int) string {
	return fmt.Sprintf(`%[1]s<pr:packageResult><res:%[2]s>%[3]s</res:%[2]s><res:packageType>%[4]s</res:packageType>`+
		`<res:packageStatus>%[5]d</res:packageStatus><res:receivingTime>%[6]s</res:receivingTime>`,
		p.open(), p.format.packageID, escape(p.packageID), p.packageType, status, stamp(p.received))
}

// interim is the answer while the package is being processed.
func (p *protocol) interim() string { return p.head(2) + `</pr:packageResult>` + closing }

// final is the answer for the processed package. Zero accepted records are
// told by leaving recordNumSuccess out: its type forbids 0.
func (p *protocol) final(total int) string {
	var b strings.Builder
	b.WriteString(p.head(3))
	b.WriteString(`<res:startProcessTime>` + stamp(p.received) + `</res:startProcessTime>`)
	b.WriteString(`<res:finishProcessTime>` + stamp(p.now) + `</res:finishProcessTime>`)
	fmt.Fprintf(&b, `<res:recordNum>%d</res:recordNum>`, total)
	if p.accepted > 0 {
		fmt.Fprintf(&b, `<res:recordNumSuccess>%d</res:recordNumSuccess>`, p.accepted)
	}
	if p.records.Len() > 0 {
		b.WriteString(`<pr:errorRecords>` + p.records.String() + `</pr:errorRecords>`)
	}
	b.WriteString(`</pr:packageResult>` + closing)
	return b.String()
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func escape(s string) string { return escaper.Replace(s) }

// cut shortens a text to a number of characters.
func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
