package receiver

import (
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/xmlsafe"
)

// participant is an entry of the register of participants.
type participant struct {
	ID       string            `json:"id,omitempty"` // OSZID; "" of one registered elsewhere
	Code     string            `json:"code"`
	Fields   map[string]string `json:"fields"`
	OKTMO    []string          `json:"oktmo,omitempty"`
	Excluded bool              `json:"excluded,omitempty"`
}

// participantFields are the texts of an entry in the order of the schema.
var participantFields = []string{"title", "shortitle", "inn", "kpp", "ogrn", "juraddress", "address", "EMail", "siteURL"}

// firstIssued is the number of the first code this receiver gives. Codes below it
// were given by others, and what it knows of them is what applications tell.
const firstIssued = 900000

// apply decides on an application (adapter/egisso/SPEC.md#application): there is no protocol but an
// answer of its own.
func (r *Receiver) apply(e *xmlsafe.Element, now time.Time) Result {
	id := strings.ToLower(value(e, "appID"))
	action := child(e, "OSZinfo").Elements()[0]
	entry, problems := r.decideApplication(action)
	if r.events[id] {
		problems = append(problems, "Заявка с таким идентификатором уже рассмотрена")
	}
	if day(value(e, "document", "docdate")) > now.Format(time.DateOnly) {
		problems = append(problems, "Дата документа-основания в будущем")
	}
	record := ledger.Record{ID: id, Kind: "application", Accepted: len(problems) == 0}
	result := 1
	if record.Accepted {
		record.Target, record.State = entry.Code, marshal(entry)
		r.Restore(record)
	} else {
		result = 2
		for range problems {
			record.Codes = append(record.Codes, "-")
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<response xmlns="%s"><appID>%s</appID><appNum>%d.%d</appNum><appResult>%d</appResult>`,
		NamespaceApplication, escape(value(e, "appID")), now.Year(), len(r.events)+1, result)
	if len(problems) > 0 {
		b.WriteString(`<comment>` + escape(cut(strings.Join(problems, "; "), 500)) + `</comment>`)
	}
	b.WriteString(`<appDate>` + stamp(now) + `</appDate>`)
	if record.Accepted && entry.ID != "" {
		b.WriteString(entry.registered())
	}
	b.WriteString(`</response>`)
	return Result{Records: []ledger.Record{record}, Root: [2]string{NamespaceApplication, "response"}, Protocol: b.String()}
}

// decideApplication returns the entry as it would be and what speaks against it.
func (r *Receiver) decideApplication(action *xmlsafe.Element) (*participant, []string) {
	entry, problems := &participant{Fields: map[string]string{}}, []string(nil)
	if action.Local == "insertion" {
		entry.Code = fmt.Sprintf("0042.%06d", firstIssued+r.issued())
		entry.ID = fmt.Sprintf("10110000-0000-4000-8000-%012d", firstIssued+r.issued())
		for _, other := range r.participants {
			if !other.Excluded && other.Fields["inn"] == value(action, "inn") && other.Fields["kpp"] == value(action, "kpp") {
				problems = append(problems, "Организация с таким ИНН и КПП уже есть в реестре участников")
			}
		}
	} else {
		entry.Code = value(action, "OSZCode")
		if found := r.participantKnown(entry.Code); len(found) > 0 {
			return entry, []string{found[0].report}
		}
		if known := r.participants[entry.Code]; known != nil {
			*entry = *known
			entry.Fields = map[string]string{}
			for name, text := range known.Fields {
				entry.Fields[name] = text
			}
		}
	}
	changed := entry.take(action)
	if action.Local == "modification" && !changed {
		problems = append(problems, "Заявка ничего не изменяет")
	}
	entry.Excluded = action.Local == "exclusion"
	for _, f := range checkNumbers(value(action, "inn"), value(action, "ogrn")) {
		problems = append(problems, f.report)
	}
	return entry, problems
}

// take puts what the application says into the entry and reports whether that
// changes anything.
func (p *participant) take(action *xmlsafe.Element) (changed bool) {
	for _, name := range participantFields {
		if text := value(action, name); text != "" && text != p.Fields[name] {
			p.Fields[name], changed = text, true
		}
	}
	if list := child(action, "territories"); list != nil {
		p.OKTMO = nil
		for _, code := range list.Elements() {
			p.OKTMO = append(p.OKTMO, strings.TrimSpace(code.Text()))
		}
		changed = true
	}
	return changed
}

// registered is the element OSZinfo: the entry as it stands.
func (p *participant) registered() string {
	var b strings.Builder
	b.WriteString(`<OSZinfo><OSZID>` + p.ID + `</OSZID><OSZCode>` + escape(p.Code) + `</OSZCode>`)
	for _, name := range participantFields {
		if text := p.Fields[name]; text != "" {
			b.WriteString(`<` + name + `>` + escape(text) + `</` + name + `>`)
		}
	}
	b.WriteString(`<territories>`)
	for _, code := range p.OKTMO {
		b.WriteString(`<OKTMOcode>` + escape(code) + `</OKTMOcode>`)
	}
	b.WriteString(`</territories></OSZinfo>`)
	return b.String()
}

// issued counts the codes this receiver gave.
func (r *Receiver) issued() (n int) {
	for _, p := range r.participants {
		if p.ID != "" {
			n++
		}
	}
	return n
}

// participantKnown: a code of ours must have been given and not be excluded; of the
// others only those excluded are known.
func (r *Receiver) participantKnown(code string) []finding {
	p := r.participants[code]
	ours := len(code) == 11 && code[:5] == "0042." && code[5:] >= fmt.Sprint(firstIssued)
	if p != nil && p.Excluded || p == nil && ours {
		return []finding{{Error, "", "Код ОНМСЗ " + code + " в реестре участников не найден"}}
	}
	return nil
}
