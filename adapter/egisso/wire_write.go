package egisso

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Writer receives an XML document element by element. It keeps its errors to
// itself until it is closed; space is the namespace, prefixes are its business.
type Writer interface {
	Start(space, local string)
	Text(text string)
	End()
	Element(space, local, text string)
}

// WriteStorageRequest writes the element request of the version of 10.10.I, which says
// that the data are in the SMEV file storage.
func (v *Version) WriteStorageRequest(w Writer) {
	w.Start(v.space.message, v.Root)
	w.Element(v.space.message, "attachment", "true")
	w.End()
}

// Write writes the package as the document of its register, in the current
// version of its kind. Nothing is written when an error is returned.
func (p *Package) Write(w Writer) error { return p.WriteVersion(w, p.Register.Version()) }

// WriteVersion writes the package in the given version, which must be one of
// the package's register.
func (p *Package) WriteVersion(w Writer, v *Version) error {
	if err := p.validate(v); err != nil {
		return fmt.Errorf("write package %s: %w", p.ID, err)
	}
	o := output{w, v}
	o.Start(v.space.message, v.Root)
	if p.Register.spec().bare {
		p.Elements[0].write(o)
	} else {
		ns := v.space.pack
		o.Start(ns, "package")
		o.uuid(ns, v.names.packageID, p.ID)
		o.Start(ns, "elements")
		for _, e := range p.listed(v) {
			e.write(o)
		}
		o.End()
		o.End()
	}
	o.End()
	return nil
}

// output adds to a Writer the values of the schemas of one version.
type output struct {
	Writer
	v *Version
}

// optional writes the element unless the text is empty.
func (o output) optional(space, local, text string) {
	if text != "" {
		o.Element(space, local, text)
	}
}

func (o output) date(space, local string, d Date) { o.Element(space, local, d.String()) }

func (o output) optionalDate(space, local string, d Date) { o.optional(space, local, d.String()) }

func (o output) uuid(space, local string, id uuid.UUID) { o.Element(space, local, id.String()) }

func (o output) optionalUUID(space, local string, id uuid.UUID) {
	if id != uuid.Nil {
		o.uuid(space, local, id)
	}
}

func (o output) bool(space, local string, v bool) { o.Element(space, local, strconv.FormatBool(v)) }

func (o output) optionalBool(space, local string, v *bool) {
	if v != nil {
		o.bool(space, local, *v)
	}
}

func (o output) int(space, local string, n int) { o.Element(space, local, strconv.Itoa(n)) }

// moscow is the zone timestamps are written in. tTimestamp of basic/2.3.0 takes
// whole hours from +02:00 to +12:00 only, so the source's own zone cannot do.
var moscow = time.FixedZone("MSK", 3*60*60)

// lastChanging writes when the record changed and which one it replaces: what
// the package types add to the base types of three registers.
func (o output) lastChanging(t time.Time, previous uuid.UUID) {
	ns := o.v.space.pack
	o.Element(ns, "lastChanging", o.v.timestamp(t))
	o.optionalUUID(ns, o.v.names.previousID, previous)
}

// timestamp writes a moment: tTimestamp of basic/2.3.0 has no fraction and
// always a zone; xsd:dateTime takes milliseconds too.
func (v *Version) timestamp(t time.Time) string {
	if v.plainTimes {
		return t.In(moscow).Format("2006-01-02T15:04:05-07:00")
	}
	return t.In(moscow).Format("2006-01-02T15:04:05.999-07:00")
}

// timestampFits reports whether the year fits tTimestamp.
func timestampFits(t time.Time) bool {
	year := t.In(moscow).Year()
	return year >= 2000 && year <= 2999
}
