package egisso

import (
	"fmt"
	"strings"
)

// Version is one version of a kind of information (вид сведений): everything
// in which it differs from other versions, as data. Writers, readers and checks
// ask the version; none of them compares numbers. See versions for the table.
type Version struct {
	Code     string   // "10.05.I"
	Number   string   // "2.1.0"
	Register Register // "" for kinds that carry no register
	Root     string   // element that carries the content: "request", or "data" of a file

	// Prefixes are recommended compact prefixes, the message's namespace first.
	Prefixes []Prefix

	Space Spaces
	Names Spelling
	Traits
}

// Spaces are the namespaces of one version (SPEC.md#namespaces), "" for what it has not.
// The versions of the message, its package type and the element types do not move together.
type Spaces struct {
	Message string
	Pack    string // package and what its extension adds to the base type
	Element string // the register's own type

	Person, Basis, Basic, Commons string // 10.06.S

	Request, KMSZ, Changes, Periodicity, Unit string // 10.02.I, 10.01.O, 10.03.O
}

// Spelling are the names that versions and kinds spell differently
// (SPEC.md#spelling).
type Spelling struct {
	PackageID  string
	ID         string // of a measure and of its categories
	PreviousID string
	OKTMO      string
	URL        string
}

// Traits are the other differences; see also Version.Kinds.
type Traits struct {
	kinds       []Kind // lists of the package in the order of the schema's sequence
	ListMax     int    // elements of one list; 0: the schema sets no limit
	PlainTimes  bool   // basic/2.3.0: dates without a zone, times without a fraction
	Letters     bool   // basic/1.0.8: letters in participant codes
	LongText    int    // limit of a measure's long texts, in characters
	FullMeasure bool   // a measure has frguCode, frguPurpose, the heirdom flags and basisPersonLivingSign
}

// String returns "10.05.I 2.1.0".
func (v *Version) String() string { return v.Code + " " + v.Number }

// Namespace returns the namespace of the message, or of the file's root.
func (v *Version) Namespace() string { return v.Space.Message }

// Has reports whether packages of this version have a list of the kind.
func (v *Version) Has(kind Kind) bool {
	for _, k := range v.kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// Kinds returns the kinds of the version's lists in the order of the schema.
func (v *Version) Kinds() []Kind { return append([]Kind(nil), v.kinds...) }

// Versions returns every version known, the current one of each kind first.
func Versions() []*Version { return append([]*Version(nil), versions...) }

// FindVersion returns a version by code and number, like "10.05.I" and "1.0.7".
func FindVersion(code, number string) (*Version, error) {
	var known []string
	for _, v := range versions {
		if v.Code != code {
			continue
		}
		if v.Number == number {
			return v, nil
		}
		known = append(known, v.Number)
	}
	if known == nil {
		return nil, fmt.Errorf("вида сведений %q нет", code)
	}
	return nil, fmt.Errorf("%s: версии %q нет; есть: %s", code, number, strings.Join(known, ", "))
}

// List returns the list an element of the kind is sent in: versions of 10.06.S before
// 1.1.0 know no refusal of the recipient, whose right then simply ends
// (SPEC.md#which-event).
func (v *Version) List(kind Kind) Kind {
	if kind == KindFactRecipientRefusal && !v.Has(kind) {
		return KindFactEndOfRight
	}
	return kind
}

// CurrentVersion returns the version of the kind of information, like "10.02.I", that is
// sent by default; nil if there is no such kind.
func CurrentVersion(code string) *Version {
	for _, v := range versions {
		if v.Code == code {
			return v
		}
	}
	return nil
}

// Version returns the version the register is sent in by default.
func (r Register) Version() *Version {
	for _, v := range versions {
		if v.Register == r {
			return v
		}
	}
	return nil
}

// VersionSet chooses a version for each register, and of 10.10.I, which carries
// none, under "". What it does not name is sent in its current version, so the zero
// VersionSet is good.
type VersionSet map[Register]*Version

// Storage returns the version of 10.10.I, which announces files of facts.
func (s VersionSet) Storage() *Version {
	if v := s[""]; v != nil {
		return v
	}
	return CurrentVersion("10.10.I")
}

// String returns the set in the form ParseVersionSet reads, every register named.
func (s VersionSet) String() string {
	parts := []string{"10.10.I=" + s.Storage().Number}
	for _, r := range Registers() {
		v := s.For(r)
		parts = append(parts, v.Code+"="+v.Number)
	}
	return strings.Join(parts, ",")
}

// For returns the version of the register.
func (s VersionSet) For(r Register) *Version {
	if v := s[r]; v != nil {
		return v
	}
	return r.Version()
}

// ParseVersionSet reads "10.05.I=1.0.7,10.15.I=1.0.3,10.10.I=1.0.4". Its error tells
// everything that is wrong, in Russian.
func ParseVersionSet(s string) (VersionSet, error) {
	set := VersionSet{}
	return set, EachSetting(s, func(code, number string) error {
		v, err := FindVersion(code, number)
		if err != nil {
			return err
		}
		if v.Register == "" && v.Code != "10.10.I" {
			return fmt.Errorf("%s не несёт реестра: его версию не выбирают", code)
		}
		if set[v.Register] != nil {
			return fmt.Errorf("%s: версия этого реестра названа дважды", code)
		}
		set[v.Register] = v
		return nil
	})
}
