package wire

import (
	"fmt"

	"egissogw/adapter/egisso"
)

// WriteStorageRequest writes the element request of the version of 10.10.I, which says
// that the data are in the SMEV file storage.
func WriteStorageRequest(w Writer, v *egisso.Version) {
	w.Start(v.Space.Message, v.Root)
	w.Element(v.Space.Message, "attachment", "true")
	w.End()
}

// ReadStorageRequest reads the element request of any version of 10.10.I and
// says which it was.
func ReadStorageRequest(content []byte) (*egisso.Version, error) {
	var d decoder
	s := d.sequence(d.parseDocument(content, "request", "10.10.I"))
	if d.err == nil {
		if e := s.need(d.v.Space.Message, "attachment"); e != nil && !d.bool(e) {
			d.fail(e, "L-XSD", "допустимо только значение true")
		}
		s.end()
	}
	if d.err != nil {
		return nil, fmt.Errorf("read 10.10.I request: %w", d.err)
	}
	return d.v, nil
}
