package receiver

import (
	"bytes"
	"fmt"

	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// Classifier is a version of the КМСЗ and the dictionary of periodicities, as
// answers of 10.02.I hold them (adapter/egisso/SPEC.md#classifier-structure).
type Classifier struct {
	codes map[string]map[string]bool // facet -> codes
	rules map[string]bool            // M.C.N.F.P.R

	answers map[string]string // classifierCode -> the answer that holds it
}

// UseClassifier exchanges the classifier: another version is active now. It may
// be called at any time.
func (r *Receiver) UseClassifier(c *Classifier) { r.classifier.Store(c) }

// answer is the answer to a request for a classifier.
func (c *Classifier) answer(code string) Result {
	if c == nil || c.answers[code] == "" {
		return Result{Rejected: "NO_DATA"}
	}
	return Result{Root: [2]string{NamespaceClassifier, "response"}, Protocol: c.answers[code]}
}

// ReadClassifier reads answers of 10.02.I: the КМСЗ (010) and, if given, the
// periodicities (022) and the units (023).
func ReadClassifier(documents ...[]byte) (*Classifier, error) {
	c := &Classifier{codes: map[string]map[string]bool{}, rules: map[string]bool{}, answers: map[string]string{}}
	for _, data := range documents {
		doc, err := xmlsafe.Parse(data, treeLimits)
		if err != nil {
			return nil, fmt.Errorf("read classifier: %w", err)
		}
		var alone bytes.Buffer
		if err := xmldsig.Canonicalize(&alone, doc.Root); err != nil {
			return nil, fmt.Errorf("read classifier: %w", err)
		}
		c.answers[value(doc.Root, "classifierCode")] = alone.String()
		doc.Root.Walk(func(e *xmlsafe.Element) bool {
			switch {
			case e.Local == "ruleKMSZ":
				c.rules[ruleCode(value(e, "codeMSZ"), value(e, "codeCategory"), value(e, "codeNPA"),
					value(e, "codeFundingSource"), value(e, "codeForm"), value(e, "codePart"))] = true
			case e.Parent != nil && child(e, "code") != nil:
				facet := e.Parent.Local
				if c.codes[facet] == nil {
					c.codes[facet] = map[string]bool{}
				}
				c.codes[facet][value(e, "code")] = true
			}
			return true
		})
	}
	if len(c.rules) == 0 {
		return nil, fmt.Errorf("read classifier: no rules found")
	}
	return c, nil
}

func ruleCode(msz, category, npa, funding, form, part string) string {
	return msz + "." + category + "." + npa + "." + funding + "." + form + "." + part
}

// check applies rules 001-006, 008 and 018 to a localMSZ.
func (c *Classifier) check(e, class *xmlsafe.Element) []finding {
	var out []finding
	look := func(code, facet, value, title string) {
		if len(c.codes[facet]) > 0 && !c.codes[facet][value] {
			out = append(out, finding{Error, code, fmt.Sprintf(`Значение кода %s не найдено в справочнике "%s"`, value, title)})
		}
	}
	part, msz := value(class, "codePartKMSZ"), value(class, "codeMSZ")
	form, npa := value(class, "codeProvisionForm"), value(class, "codeLevelNPA")
	look("001", "partsKMSZ", part, "Структура КМСЗ")
	look("002", "reestrMSZ", msz, "Реестр МСЗ")
	categories := child(class, "localCategories").Elements()
	for _, cat := range categories {
		look("003", "listCategories", value(cat, "codeCategoryKMSZ"), "Категории получателей")
	}
	look("004", "provisionForms", form, "Форма предоставления")
	sum := 0
	for _, s := range child(class, "cofinancing").Elements() {
		code := value(s, "codeFundingSource")
		look("005", "fundingSources", code, "Уровень финансирования")
		n := 0
		for _, digit := range code {
			n = n*10 + int(digit-'0')
		}
		sum += n
	}
	look("006", "levelsNPA", npa, "Уровни регулирования")
	look("008", "verPeriods", value(e, "periodicityCode"), "Периодичность предоставления")
	funding := fmt.Sprintf("%04d", sum)
	if facet := c.codes["fundingSources"]; !facet[funding] {
		return append(out, finding{Error, "018",
			fmt.Sprintf(`Значение суммарного кода %s не найдено в справочнике "Уровень финансирования"`, funding)})
	}
	if len(out) > 0 {
		return out
	}
	for _, cat := range categories {
		code := ruleCode(msz, value(cat, "codeCategoryKMSZ"), npa, funding, form, part)
		if !c.rules[code] {
			out = append(out, finding{Warning, "018", "Комбинация меры и категории не найдена в перечне правил КМСЗ: код " + code + " отсутствует в КМСЗ"})
		}
	}
	return out
}
