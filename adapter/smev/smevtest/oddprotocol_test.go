package smevtest

import "testing"

func TestOddProtocols(t *testing.T) {
	const whole = `<res:packageStatus>3</res:packageStatus><res:recordNum>5</res:recordNum><res:recordNumSuccess>4</res:recordNumSuccess>` +
		`<pr:errorRecords><rec:recordResult/></pr:errorRecords>`
	for how, want := range map[string]string{
		"":                       whole,
		protocolWithoutNumbers:   `<res:packageStatus>3</res:packageStatus>`,
		protocolTooManySuccesses: `<res:packageStatus>3</res:packageStatus><res:recordNum>1</res:recordNum><res:recordNumSuccess>4</res:recordNumSuccess><pr:errorRecords><rec:recordResult/></pr:errorRecords>`,
	} {
		if got := odd(whole, how); got != want {
			t.Errorf("%q: %s", how, got)
		}
	}
}
