package egisso

import (
	"fmt"
	"strconv"
)

// Code returns the composite code of the rule:
// codeMSZ.codeCategory.codeNPA.codeFundingSource.codeForm.codePart (SPEC.md#classifier-structure).
func (r *KMSZRule) Code() string {
	return ruleCode(r.MSZ, r.Category, r.Level, r.Source, r.Form, r.Part)
}

func ruleCode(msz, category, level, source, form, part string) string {
	return msz + "." + category + "." + level + "." + source + "." + form + "." + part
}

// FundingCode is the code of all sources of a measure together: the sum of
// their codes (SPEC.md#funding). ok is false if a code is not four digits.
func FundingCode(shares []FundingShare) (code string, ok bool) {
	sum := 0
	for _, s := range shares {
		n, err := strconv.Atoi(s.Source)
		if err != nil || !isDigits(s.Source, 4) {
			return "", false
		}
		sum += n
	}
	return fmt.Sprintf("%04d", sum), len(shares) > 0
}

// RuleCodes returns the composite codes КМСЗ must have for the measure, one for
// each category, in their order. ok is false if the sources have no sum.
func (m *LocalMeasure) RuleCodes() (codes []string, ok bool) {
	source, ok := FundingCode(m.Cofinancing)
	if !ok {
		return nil, false
	}
	for _, c := range m.Categories {
		codes = append(codes, ruleCode(m.MSZ, c.KMSZ, m.LevelNPA, source, string(m.ProvisionForm), m.PartKMSZ))
	}
	return codes, true
}
