package egisso

import "slices"

// Register is a register of ЕГИССО the gateway keeps up to date.
type Register string

// Registers.
const (
	RegisterMeasure      Register = "lmsz"         // реестр локальных МСЗ, 10.05.I
	RegisterFact         Register = "fact"         // реестр фактов назначения, 10.06.S inside 10.10.I
	RegisterOrganization Register = "organization" // реестр организаций, предоставляющих меры, 10.07.I
	RegisterParticipant  Register = "onmsz"        // реестр участников: организации, назначающие меры, 10.11.I
	RegisterPoint        Register = "point"        // реестр точек присутствия ОНМСЗ, 10.15.I
)

// RequestKMSZ stands for the register of a package that asks for the classifier
// (10.02.I) and holds no records. It is none of Registers.
const RequestKMSZ Register = "kmsz"

// spec is everything in which a register differs from the others as it is kept; each stands
// in the file of its register. How its elements stand in documents is its layout, and what
// versions differ in the table of versions.
type spec struct {
	register Register
	title    string // as shown in the journal (SPEC.md#journal)
	// aliases are other names people know it by: the view of the МИС, the kind of information.
	aliases []string
	// kinds are the lists of packages in the order of the schema's sequence
	// (SPEC.md#package-limits). An older version may lack some.
	kinds []Kind
	// What a record is born, changed and removed by (SPEC.md#which-event); removed is ""
	// where nothing removes it.
	born, changed, removed Kind
	// blank makes an empty element of one of the kinds.
	blank func(Kind) Element
}

// specs in the order registers are sent: an organisation needs its code before
// anything else, and everything else names local measures (SPEC.md#when).
var specs = []*spec{&participantSpec, &measureSpec, &pointSpec, &organizationSpec, &factSpec}

func (r Register) spec() *spec {
	for _, s := range specs {
		if s.register == r {
			return s
		}
	}
	return nil
}

// Registers returns all registers in the order they are to be sent.
func Registers() []Register {
	all := make([]Register, len(specs))
	for i, s := range specs {
		all[i] = s.register
	}
	return all
}

// Sends returns what a record of the register is born, changed and removed by; removed is ""
// where nothing removes it (SPEC.md#which-event).
func (r Register) Sends() (born, changed, removed Kind) {
	of := r.spec()
	return of.born, of.changed, of.removed
}

// Title returns the register's name as shown in the journal (SPEC.md#journal).
func (r Register) Title() string {
	if s := r.spec(); s != nil {
		return s.title
	}
	if r == RequestKMSZ {
		return "Запрос обновлений КМСЗ"
	}
	return string(r)
}

// Named is the title with the name commands take.
func (r Register) Named() string {
	if !r.Valid() {
		return r.Title()
	}
	return r.Title() + " (" + string(r) + ")"
}

// RegisterNamed finds a register by its name, or by another one people know it by.
func RegisterNamed(text string) (Register, bool) {
	for _, s := range specs {
		if text == string(s.register) || text == s.title || slices.Contains(s.aliases, text) {
			return s.register, true
		}
	}
	return "", false
}

// Names are the names RegisterNamed finds r by, but for its title; the first is r itself.
func (r Register) Names() []string {
	if s := r.spec(); s != nil {
		return append([]string{string(r)}, s.aliases...)
	}
	return nil
}

// Valid reports whether r is a known register.
func (r Register) Valid() bool { return r.spec() != nil }

// Kinds returns the kinds of the register in the order of the schema's lists.
func (r Register) Kinds() []Kind {
	if s := r.spec(); s != nil {
		return slices.Clone(s.kinds)
	}
	return nil
}
