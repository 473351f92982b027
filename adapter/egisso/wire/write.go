package wire

import (
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// Writer receives an XML document element by element. It keeps its errors to
// itself until it is closed; space is the namespace, prefixes are its business.
type Writer interface {
	Start(space, local string)
	Text(text string)
	End()
	Element(space, local, text string)
}

// output adds to a Writer the values of the schemas of one version.
type output struct {
	Writer
	v *egisso.Version
}

// optional writes the element unless the text is empty.
func (o output) optional(space, local, text string) {
	if text != "" {
		o.Element(space, local, text)
	}
}

func (o output) date(space, local string, d egisso.Date) { o.Element(space, local, d.String()) }

func (o output) optionalDate(space, local string, d egisso.Date) {
	o.optional(space, local, d.String())
}

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

// lastChanging writes when the record changed and which one it replaces: what
// the package types add to the base types of three registers.
func (o output) lastChanging(t time.Time, previous uuid.UUID) {
	ns := o.v.Space.Pack
	o.timestamp(ns, "lastChanging", t)
	o.optionalUUID(ns, o.v.Names.PreviousID, previous)
}

// timestamp writes a moment.
func (o output) timestamp(space, local string, t time.Time) {
	o.Element(space, local, timestamp(o.v, t))
}

// timestamp is a moment as the version writes it: tTimestamp of basic/2.3.0 has no fraction
// and always a zone; xsd:dateTime takes milliseconds too.
func timestamp(v *egisso.Version, t time.Time) string {
	if v.PlainTimes {
		return t.In(egisso.Moscow).Format("2006-01-02T15:04:05-07:00")
	}
	return t.In(egisso.Moscow).Format("2006-01-02T15:04:05.999-07:00")
}

// money writes a sum with exactly two decimals and a dot, as tMoney demands.
func money(d decimal.Decimal) string { return d.StringFixed(2) }

// percent writes a share with at least two decimals.
func percent(d decimal.Decimal) string {
	if egisso.WholeKopecks(d) {
		return d.StringFixed(2)
	}
	return d.String()
}
