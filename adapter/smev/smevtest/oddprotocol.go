package smevtest

import "regexp"

// Values of Rule.Protocol.
const (
	protocolWithoutNumbers   = "withoutNumbers"
	protocolTooManySuccesses = "tooManySuccesses"
)

var (
	numbersOfProtocol = regexp.MustCompile(`<res:recordNum(Success)?>\d+</res:recordNum(Success)?>|<pr:errorRecords>.*</pr:errorRecords>`)
	recordsOfProtocol = regexp.MustCompile(`(<res:recordNum>)\d+(</res:recordNum>)`)
)

// odd changes a final protocol as a script asks.
func odd(protocol, how string) string {
	switch how {
	case protocolWithoutNumbers:
		return numbersOfProtocol.ReplaceAllString(protocol, "")
	case protocolTooManySuccesses:
		return recordsOfProtocol.ReplaceAllString(protocol, "${1}1${2}")
	}
	return protocol
}
