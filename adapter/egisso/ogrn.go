package egisso

// OGRNValid reports whether s is the ОГРН of a legal person: 13 digits, the
// first of them 1, 2 or 5, whose control digit agrees (SPEC.md#local-checks,
// L-INN).
func OGRNValid(s string) bool {
	return isDigits(s, 13) && (s[0] == '1' || s[0] == '2' || s[0] == '5') && remainderDigit(s, 11)
}

// OGRNIPValid reports whether s is the ОГРНИП of an entrepreneur: 15 digits,
// the first of them 3, whose control digit agrees.
func OGRNIPValid(s string) bool {
	return isDigits(s, 15) && s[0] == '3' && remainderDigit(s, 13)
}

// remainderDigit checks that the last digit is the last digit of the remainder
// of the number before it.
func remainderDigit(s string, by int64) bool {
	var n int64
	last := len(s) - 1
	for i := range last {
		n = n*10 + int64(s[i]-'0')
	}
	return n%by%10 == int64(s[last]-'0')
}
