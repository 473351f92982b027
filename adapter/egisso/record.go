package egisso

import (
	"crypto/sha256"
	"slices"
)

// Record is what a source says of one record of a register.
type Record interface{ Canonical() Canonical }

// Canonical is a record as it is stored and compared.
type Canonical struct {
	Content any // its JSON form is stored
	// Hash changes with everything that may decide something.
	Hash [32]byte
	// Twin is equal for records that say the same thing of the same person; nil where
	// there is no such rule.
	Twin []byte
	// Needs are the records of other registers it names.
	Needs []Need
}

// Need is a record of another register a record depends on, by the source's key.
type Need struct {
	Register Register
	Key      string
}

func (n Need) String() string { return string(n.Register) + "/" + n.Key }

// Canonical implements Record.
func (m *LocalMeasure) Canonical() Canonical {
	n := m.Normalize()
	return Canonical{Content: n, Hash: n.ContentHash()}
}

// Canonical implements Record. A fact is stored as the source gives it: findings are
// about what people see there.
func (f *Fact) Canonical() Canonical {
	n := f.Normalize()
	twin := n.twinKey()
	return Canonical{
		Content: f, Twin: twin[:], Needs: needs([]string{n.MeasureKey}, n.OSZCode, n.OSZKey),
		Hash: n.NormalHash(),
	}
}

// Canonical implements Record.
func (x *Organization) Canonical() Canonical {
	n := x.Normalize()
	var keys []string
	for _, p := range n.Points {
		for _, m := range p.Measures {
			keys = append(keys, m.Key)
		}
	}
	return Canonical{Content: n, Hash: n.ContentHash(), Needs: needs(keys, "", "")}
}

// Canonical implements Record. The code and the reason of an application are no content
// of the register, but decide something.
func (p *Participant) Canonical() Canonical {
	n := p.Normalize()
	hash := n.ApplicationHash()
	return Canonical{Content: n, Hash: sha256.Sum256(append(hash[:], n.OSZCode...))}
}

// Canonical implements Record.
func (x *PresencePoint) Canonical() Canonical {
	n := x.Normalize()
	var keys []string
	for _, m := range n.Measures {
		keys = append(keys, m.Key)
	}
	return Canonical{Content: n, Hash: n.ContentHash(), Needs: needs(keys, n.ONMSZCode, n.ONMSZKey)}
}

// needs are the measures a record names and, where it has no code of the
// organisation, the organisation.
func needs(measures []string, code, participant string) (list []Need) {
	for _, key := range measures {
		if n := (Need{RegisterMeasure, key}); key != "" && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	if code == "" && participant != "" {
		list = append(list, Need{RegisterParticipant, participant})
	}
	return list
}
