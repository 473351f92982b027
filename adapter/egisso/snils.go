package egisso

// SNILSValid reports whether s is a СНИЛС: 11 digits whose control number
// agrees (SPEC.md#local-checks, L-SNILS). Numbers up to 001-001-998 carry no
// control number and are accepted, but for zero, which is nobody's.
func SNILSValid(s string) bool {
	if !isDigits(s, 11) {
		return false
	}
	number, sum := 0, 0
	for i := range 9 {
		d := int(s[i] - '0')
		number = number*10 + d
		sum += d * (9 - i)
	}
	if number <= 1001998 {
		return number > 0
	}
	control := sum % 101 % 100 // 100 becomes 0
	return control == int(s[9]-'0')*10+int(s[10]-'0')
}

// isDigits reports whether s is exactly n ASCII digits.
func isDigits(s string, n int) bool {
	return len(s) == n && digitsOnly(s)
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
