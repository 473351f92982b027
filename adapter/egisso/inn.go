package egisso

// Control digits of ИНН (приказ ФНС). A person's number has two.
var (
	innLegal   = []int{2, 4, 10, 3, 5, 9, 4, 6, 8}
	innPerson1 = []int{7, 2, 4, 10, 3, 5, 9, 4, 6, 8}
	innPerson2 = []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}
)

// INNValid reports whether s is the ИНН of a legal person (10 digits) or of a
// person (12 digits) whose control digits agree (SPEC.md#local-checks, L-INN).
func INNValid(s string) bool {
	switch {
	case !digitsOnly(s) || onlyZeros(s):
		return false
	case len(s) == 10:
		return innDigit(s, innLegal)
	case len(s) == 12:
		return innDigit(s, innPerson1) && innDigit(s, innPerson2)
	}
	return false
}

// innDigit checks the digit that follows as many digits as there are weights.
func innDigit(s string, weights []int) bool {
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return sum%11%10 == int(s[len(weights)]-'0')
}

func onlyZeros(s string) bool {
	for i := range len(s) {
		if s[i] != '0' {
			return false
		}
	}
	return true
}
